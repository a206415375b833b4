import { describe, expect, it } from 'vitest'
import AppFrame from '@/components/frame/AppFrame.vue'
import { useIntegrationsStore } from '@/stores/integrations'
import { useSettingsStore } from '@/stores/settings'
import { useMatchesStore } from '@/stores/matches'
import { useQuestionsStore } from '@/stores/questions'
import { useReviewStore } from '@/stores/review'
import { useSyncStore } from '@/stores/sync'
import { reportOf, worldOf, type World } from '@/fake/worlds'
import { flushPromises } from '@vue/test-utils'
import { show } from './world'

/** The last sync as it went at AniList. */
function lastRun(world: World, status: 'failed' | 'partial', refused = 0): void {
  const errors = [{ code: 'unreachable', message: 'AniList did not answer.', manga_id: null }]
  Object.assign(world.runs[0]!, { status, providers: { anilist: reportOf({ status, errors, refused }) } })
}

/** A sync that had nothing to do, but for titles that AniList refused before. */
function setAside(world: World): void {
  Object.assign(world.runs[0]!, { status: 'success', providers: { anilist: reportOf({ refused: 2 }) } })
}

describe('the frame', () => {
  it.each<[string, (world: World) => void, RegExp]>([
    ['in step', () => undefined, /^\d\d:\d\d · 0 pulled, 1 pushed · all in step$/],
    ['with much to decide', (world) => (world.matches = worldOf('full').matches), /^\d\d:\d\d · .* · 6 wait$/],
    ['without a service', (world) => lastRun(world, 'failed'), /^\d\d:\d\d · .* · AniList not synced$/],
    ['broken off', (world) => Object.assign(world.runs[0]!, { status: 'interrupted', providers: null }), /^\d\d:\d\d · 0 pulled, 0 pushed · not finished$/],
    ['in part', (world) => lastRun(world, 'partial'), /^\d\d:\d\d · .* · 1 waits$/],
    ['with one refused now', (world) => lastRun(world, 'partial', 1), /^\d\d:\d\d · .* · 1 waits$/],
    ['with titles that were refused before', setAside, /^\d\d:\d\d · .* · 2 wait$/],
  ])('says in one line how the last sync ended: %s', async (_, change, said) => {
    const quiet = (world: World) => Object.assign(world, { plan: null, questions: [], matches: [] })
    const { get } = await show(AppFrame, { change: (world) => { quiet(world); change(world) } })
    await Promise.all([useSyncStore().load(), useReviewStore().load(), useQuestionsStore().load(), useMatchesStore().load()])
    await flushPromises()
    expect(get('status-line').textContent).toMatch(said)
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
    api.emit('engine_event', { event: 'waiting' })
    await flushPromises()
    expect(get('status-line').textContent).toBe('Waiting for another sync of this library to end')
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
