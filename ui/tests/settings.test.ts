import { flushPromises } from '@vue/test-utils'
import { describe, expect, it, vi } from 'vitest'
import SettingsPage from '@/pages/SettingsPage.vue'
import { useSettingsStore } from '@/stores/settings'
import { show, storeOver } from './world'

describe('the settings', () => {
  it('take effect at once and say that they were kept', async () => {
    const { click, get, api } = await show(SettingsPage)
    await click('setting-notifications')
    expect(api.world.app.notifications).toBe(false)
    expect(get('setting-kept').textContent).toContain('Saved')
  })

  it('go back with a message when they could not be kept', async () => {
    const { store, api } = storeOver(useSettingsStore)
    await store.load()
    api.world.failures.updateAppSettings = { code: 'settings_not_kept', message: 'The disk is full.', hint: null }
    await store.change('notifications', false)
    expect(store.app?.notifications).toBe(true)
    expect(store.error?.message).toBe('The disk is full.')
  })

  it('name what is lost before every service is disconnected', async () => {
    const { click, api, get } = await show(SettingsPage)
    await flushPromises()
    await click('danger-disconnect')
    expect(document.body.textContent).toContain('The sign-ins to AniList, MyAnimeList are erased')
    expect(api.calls.map((call) => call.name)).not.toContain('disconnect')
    await click('danger-confirm')
    await flushPromises()
    expect(api.calls.filter((call) => call.name === 'disconnect')).toHaveLength(2)
    expect((get('danger-disconnect') as HTMLButtonElement).disabled).toBe(true)
  })

  it('show what a check found and what to do about it', async () => {
    const { click, get } = await show(SettingsPage, { change: (world) => (world.protection = 'missing') })
    await click('run-doctor')
    expect(get('checks').textContent).toContain('1 thing needs a look.')
    expect(get('checks').textContent).toContain('Choose a passphrase.')
  })

  it('change the language of the whole window', async () => {
    const { get } = await show(SettingsPage)
    await useSettingsStore().change('language', 'ja')
    await vi.waitFor(() => expect(get('group-appearance').textContent).toContain('言語'))
  })
})
