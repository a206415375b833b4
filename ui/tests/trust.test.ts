import { describe, expect, it } from 'vitest'
import { BROKEN } from '@/fake/worlds'
import SettingsPage from '@/pages/SettingsPage.vue'
import { useIntegrationsStore } from '@/stores/integrations'
import { useNeversStore } from '@/stores/nevers'
import { useSnapshotsStore } from '@/stores/snapshots'
import { show, storeOver, type Shown } from './world'

const text = (shown: Shown, id: string) => shown.get(id).textContent?.replace(/\s+/g, ' ').trim() ?? ''
const called = (shown: Shown, name: string) => shown.api.calls.filter((call) => call.name === name).map((call) => call.args)

describe('the guard', () => {
  it('keeps the share that was chosen, and rolls back with a message when it could not', async () => {
    const { store, api } = storeOver(useIntegrationsStore)
    await store.fetchIntegrationSettings()
    await store.setGuard(30)
    expect([store.guardPercent, api.world.settings.guard_percent]).toEqual([30, 30])
    api.world.failures.setGuard = BROKEN
    await store.setGuard(5)
    expect([store.guardPercent, store.error?.code]).toEqual([30, 'database'])
  })

  it('is said in hundredths where it is chosen', async () => {
    const shown = await show(SettingsPage)
    expect(text(shown, 'setting-guard')).toContain('10 % of the titles')
  })
})

describe('what is never synced', () => {
  it('is listed with its field, and taken back one by one', async () => {
    const shown = await show(SettingsPage)
    expect(text(shown, 'nevers')).toContain('· Score')
    await shown.click('allow')
    expect(called(shown, 'allow')).toHaveLength(1)
    expect(shown.get('nevers').querySelectorAll('li')).toHaveLength(2)
  })

  it('stays where it was when that could not be kept, and says so', async () => {
    const { store, api } = storeOver(useNeversStore)
    await store.load()
    api.world.failures.allow = BROKEN
    expect(await store.allow(store.all![0]!)).toBe(false)
    expect(store.all).toHaveLength(3)
  })

  it('is said to be nothing where there is nothing', async () => {
    const shown = await show(SettingsPage, { world: 'empty' })
    expect(text(shown, 'nevers')).toContain('Nothing.')
    expect(text(shown, 'snapshots')).toContain('None yet.')
  })
})

describe('a kept list', () => {
  it('is shown a portion at a time', async () => {
    const shown = await show(SettingsPage)
    await shown.click('snapshot-open')
    const listed = () => shown.get('snapshot').querySelectorAll('[data-testid=snapshot-title]').length
    expect(listed()).toBe(200)
    await shown.click('snapshot-more')
    expect(listed()).toBe(400)
  })

  it('is searched by title, so that one can be brought back among thousands', async () => {
    const shown = await show(SettingsPage)
    await shown.click('snapshot-open')
    const wanted = shown.api.world.entries[2]?.title ?? ''
    await shown.type('snapshot-search', wanted)
    const listed = [...shown.get('snapshot').querySelectorAll('[data-testid=snapshot-title]')]
    expect(listed.map((each) => each.textContent)).toEqual([expect.stringContaining(wanted)])
    expect(shown.find('snapshot-more')).toBeNull()
    await shown.type('snapshot-search', 'no such title')
    expect(text(shown, 'snapshot-none')).toContain('No title of this list holds that.')
    shown.api.world.failures.snapshot = BROKEN
    await shown.type('snapshot-search', wanted)
    expect([shown.find('snapshot-error'), shown.find('snapshot-none')]).toEqual([expect.anything(), null])
  })

  it('brings back one title after it was asked', async () => {
    const shown = await show(SettingsPage)
    await shown.click('snapshot-open')
    await shown.click('snapshot-restore')
    expect(text(shown, 'snapshot-ask')).toContain('Nothing is deleted at a service')
    expect(called(shown, 'restoreSnapshot')).toEqual([])
    await shown.click('snapshot-confirm')
    expect(called(shown, 'restoreSnapshot')).toEqual([[expect.any(String), expect.any(String), false]])
    expect(text(shown, 'snapshot-done')).toContain('1 title is as it was')
  })

  it('brings back all of its titles, with their number in the question', async () => {
    const shown = await show(SettingsPage)
    await shown.click('snapshot-open')
    await shown.click('snapshot-all')
    expect(text(shown, 'snapshot-ask')).toContain('all 1,204 titles')
    await shown.click('snapshot-cancel')
    expect(called(shown, 'restoreSnapshot')).toEqual([])
  })

  it('asks once more where something newer would be lost', async () => {
    const { store, api } = storeOver(useSnapshotsStore)
    await store.load()
    await store.open(store.all![0]!)
    store.ask({ title: null })
    api.world.failures.restoreSnapshot = { code: 'newer_edits', message: '2 of these values were changed again since.', hint: null }
    await store.restore()
    expect(store.overNewer).toBe(true)
    api.world.failures = {}
    await store.restore()
    expect(api.calls.filter((call) => call.name === 'restoreSnapshot').map((call) => call.args[2])).toEqual([false, true])
    expect(store.result?.plan.length).toBeGreaterThan(0)
  })

  it('that is not kept any more is said to be gone', async () => {
    const shown = await show(SettingsPage)
    shown.api.world.failures.snapshot = { code: 'snapshot_damaged', message: 'This list is damaged.', hint: null }
    await shown.click('snapshot-open')
    expect(text(shown, 'snapshot-error')).toContain('This list is damaged.')
  })
})
