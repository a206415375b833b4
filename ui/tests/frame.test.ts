import { describe, expect, it } from 'vitest'
import AppFrame from '@/components/frame/AppFrame.vue'
import { useIntegrationsStore } from '@/stores/integrations'
import { useSettingsStore } from '@/stores/settings'
import { useSyncStore } from '@/stores/sync'
import { flushPromises } from '@vue/test-utils'
import { show } from './world'

describe('the frame', () => {
  it('says in one line how the last sync ended', async () => {
    const { get } = await show(AppFrame)
    await useSyncStore().load()
    await flushPromises()
    expect(get('status-line').textContent).toMatch(/^\d\d:\d\d · 0 pulled, 1 pushed · all in step$/)
  })

  it('says that the sign-ins are locked, and leads to where they are unlocked', async () => {
    const { get } = await show(AppFrame)
    useSettingsStore().protection = 'passphrase_needed'
    await flushPromises()
    expect(get('status-line').textContent).toBe('Your sign-ins are locked')
    expect(get('unlock').getAttribute('href')).toBe('#/settings/protection')
  })

  it('shows phase, count and time left while a sync runs', async () => {
    const { get, api } = await show(AppFrame)
    api.emit('engine_event', { event: 'started', run_id: 'x' })
    api.emit('engine_event', { event: 'progress', run_id: 'x', provider: 'anilist', phase: 'listing', done: 1200, total: 4000, seconds_left: 95 })
    await flushPromises()
    expect(get('status-line').textContent).toBe('Reading the list at AniList · 1,200 of 4,000 · 2 min left')
    api.emit('engine_event', { event: 'finished', run_id: 'x', applied: true })
    await flushPromises()
    expect(get('status-line').textContent).not.toContain('Reading')
  })

  it('shows which service needs the person', async () => {
    const { get } = await show(AppFrame, { world: 'trouble' })
    await useIntegrationsStore().fetchIntegrationSettings()
    await flushPromises()
    expect(['anilist', 'myanimelist', 'kitsu'].map((provider) => get(`dot-${provider}`).dataset.look)).toEqual(['in_step', 'needs_you', 'paused'])
  })

  it('speaks Japanese', async () => {
    const { get } = await show(AppFrame, { language: 'ja' })
    expect(get('nav-library').textContent).toContain('ライブラリ')
  })
})
