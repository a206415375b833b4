import { flushPromises } from '@vue/test-utils'
import { describe, expect, it, vi } from 'vitest'
import TimelineFilter from '@/components/activity/TimelineFilter.vue'
import { BROKEN } from '@/fake/worlds'
import ActivityPage from '@/pages/ActivityPage.vue'
import { useActivityStore } from '@/stores/activity'
import { useIntegrationsStore } from '@/stores/integrations'
import { show, type Shown } from '../world'

// Nothing is laid out here, so the drawing itself is left out; what a chart says in words and in its table is not.
vi.mock('@unovis/ts', () => ({ GroupedBar: { selectors: { bar: 'bar' } } }))
vi.mock('@unovis/vue', () => Object.fromEntries(['VisAxis', 'VisGroupedBar', 'VisTooltip', 'VisXYContainer'].map((name) => [name, { name, render: () => null }])))

const called = (shown: Shown, name: string) => shown.api.calls.filter((call) => call.name === name)
const text = (shown: Shown, id: string) => shown.get(id).textContent?.replace(/\s+/g, ' ') ?? ''

describe('the activity page', () => {
  it('says of each run when, how it ended, what it did and why', async () => {
    const shown = await show(ActivityPage)
    expect(text(shown, 'run-3')).toMatch(/^\d\d:\d\d ?Done ?3 pulled · 5 pushed · 1 held back ?On schedule$/)
    expect(text(shown, 'run-4')).toContain('Partly done')
  })

  it('unfolds a run to its changes, each with before, after and reason', async () => {
    const shown = await show(ActivityPage)
    await shown.click('run-3')
    expect(shown.get('run-3').getAttribute('aria-expanded')).toBe('true')
    expect(text(shown, 'run-detail')).toContain('AniList: 3 pulled, 2 pushed')
    expect(text(shown, 'change')).toMatch(/Chapters ?\d+ ?→ ?\d+ ?Changed at MyAnimeList/)
  })

  it('tells that a service made two works one, and offers no way back from that', async () => {
    const shown = await show(ActivityPage)
    await shown.click('run-3')
    const line = [...shown.get('run-detail').querySelectorAll('[data-testid=change]')].find((each) => each.textContent?.includes('AniList 9000402'))
    expect(line?.textContent?.replace(/\s+/g, ' ')).toMatch(/Link ?AniList 9000017 ?→ ?AniList 9000402 ?A?AniList made two works one/)
    expect(line?.querySelector('[data-testid=undo-change]')).toBeNull()
  })

  it('opens the run that its address names, however old it is', async () => {
    const shown = await show(ActivityPage, { path: '/activity/0192b000-0000-7000-8000-00000000000c' })
    expect(text(shown, 'run-detail')).toContain('312 new here')
    expect(text(shown, 'change')).toContain('Was on your list at')
  })

  it('names the first titles of which something is held back', async () => {
    const shown = await show(ActivityPage, { path: '/activity/0192b000-0000-7000-8000-000000000001' })
    expect(text(shown, 'run-held')).toBe('Held back: Kuroi Niwa 9')
  })

  it('shows the changes of a large run in portions', async () => {
    const shown = await show(ActivityPage, { path: '/activity/0192b000-0000-7000-8000-00000000000c' })
    const listed = () => shown.get('run-detail').querySelectorAll('[data-testid=change]').length
    expect(listed()).toBe(200)
    await shown.click('run-more')
    expect(listed()).toBeGreaterThan(300)
    expect(shown.find('run-more')).toBeNull()
  })

  it('finds changes by title, and says when there is none', async () => {
    const shown = await show(ActivityPage)
    await shown.type('activity-search', 'bookbinder')
    expect(text(shown, 'change')).toContain('Bookbinder')
    await shown.type('activity-search', 'no such thing')
    expect(text(shown, 'empty-state')).toContain('No change matches')
    expect(text(shown, 'empty-state')).toContain('The whole history was searched')
    await shown.type('activity-search', '')
    expect(shown.find('empty-state')).toBeNull()
  })

  it('finds changes of a title however long ago they were, page by page', async () => {
    const shown = await show(ActivityPage)
    const { changes } = shown.api.world
    const old = (n: number) => ({ ...changes[0]!, change_id: `old-${n}`, title: 'Clockwork Orchard', cause: n % 2 ? 'pull' : 'edit' })
    shown.api.world.changes = [...changes, ...Array.from({ length: 300 }, (_, n) => old(n))]
    const listed = () => document.querySelectorAll('[data-testid=change]').length
    await shown.type('activity-search', 'orchard')
    expect(listed()).toBe(200)
    await shown.click('activity-older')
    expect(listed()).toBe(300)
    expect(shown.find('activity-older')).toBeNull()
  })

  it('finds changes of a kind and a service among all that were ever made', async () => {
    const shown = await show(ActivityPage)
    const { changes } = shown.api.world
    const lost = { ...changes[0]!, change_id: 'lost', title: 'Clockwork Orchard', provider: 'kitsu' as const, cause: 'conflict_lost', field: null }
    shown.api.world.changes = [...changes, ...changes.slice(0, 400).map((each, n) => ({ ...each, change_id: `old-${n}` })), lost]
    const filter = shown.page.findComponent(TimelineFilter)
    filter.vm.$emit('change', { kind: 'lost', provider: 'kitsu' })
    await flushPromises()
    expect(called(shown, 'historyOf').at(-1)?.args).toEqual([{ search: '', kind: 'lost', provider: 'kitsu' }, 200, 0])
    expect(text(shown, 'change')).toContain('Clockwork Orchard')
    filter.vm.$emit('change', { kind: 'sent', provider: 'anilist' })
    await flushPromises()
    expect(useActivityStore().found?.changes.every((each) => each.cause.startsWith('push'))).toBe(true)
    filter.vm.$emit('change', { kind: null })
    await flushPromises()
    expect(useActivityStore().found).toBeNull()
  })

  it('begins anew for whoever comes back to it', async () => {
    const shown = await show(ActivityPage)
    await shown.type('activity-search', 'bookbinder')
    shown.page.unmount()
    expect(useActivityStore().found).toBeNull()
  })

  it('keeps nothing of an earlier search when the next one fails', async () => {
    const shown = await show(ActivityPage)
    await shown.type('activity-search', 'bookbinder')
    shown.api.world.failures.historyOf = BROKEN
    await shown.type('activity-search', 'lantern')
    expect(useActivityStore().found).toBeNull()
    expect(shown.find('run-3')).not.toBeNull()
  })

  it('drops the answer to a search that is no longer asked', async () => {
    const activity = (await show(ActivityPage), useActivityStore())
    await Promise.all([activity.search({ search: 'bookbinder', provider: null, kind: null }), activity.search(null)])
    expect(activity.found).toBeNull()
  })

  it('hides syncs with nothing to do until they are asked for', async () => {
    const shown = await show(ActivityPage, { world: 'quiet' })
    expect(text(shown, 'timeline-quiet')).toContain('nothing to do')
    expect(shown.find('run-1')).toBeNull()
    await shown.click('activity-quiet')
    expect(text(shown, 'run-1')).toContain('Nothing to do')
  })

  it('says what waits, why, and when it is tried again', async () => {
    const shown = await show(ActivityPage)
    expect(text(shown, 'waiting-1')).toContain('MyAnimeList did not accept it')
    expect(text(shown, 'waiting-3')).toMatch(/AniList will be asked again at \d\d:\d\d/)
    await shown.click('waiting-retry')
    expect(called(shown, 'retry')).toHaveLength(1)
    await shown.click('waiting-retry-all')
    expect(called(shown, 'retry')).toHaveLength(5)
  })

  it('says what went wrong when a retry could not be asked for', async () => {
    const shown = await show(ActivityPage)
    shown.api.world.failures.retry = BROKEN
    await shown.click('waiting-retry')
    expect(text(shown, 'error-state')).toContain('locked by another program')
    expect(shown.find('waiting-1')).not.toBeNull()
  })

  it('says in words how much each service was asked and when it may be asked again', async () => {
    const shown = await show(ActivityPage, { world: 'trouble' })
    await useIntegrationsStore().fetchIntegrationSettings()
    await flushPromises()
    expect(text(shown, 'requests-paused')).toMatch(/AniList will be asked again at \d\d:\d\d/)
    expect(text(shown, 'requests-myanimelist')).toContain('70 of 72 left this minute')
    expect(text(shown, 'requests-anilist')).toContain('It had too many requests.')
    expect(text(shown, 'requests-fewer')).toContain('allows 30 requests a minute instead of 90')
    expect(shown.get('requests-anilist').querySelector('[role=img]')?.getAttribute('aria-label')).toMatch(/^AniList: [\d,]+ requests in the last 24 hours/)
    expect(shown.get('requests').querySelectorAll('table tbody tr')).toHaveLength(24)
  })

  it('invites to connect where nothing happened yet', async () => {
    const shown = await show(ActivityPage, { world: 'empty' })
    expect(text(shown, 'empty-state')).toContain('Nothing has been synced yet')
    expect(shown.find('activity-connect')).not.toBeNull()
  })

  it('says so when the history cannot be read, and tries again', async () => {
    const shown = await show(ActivityPage, { world: 'broken' })
    expect(text(shown, 'error-state')).toContain('locked by another program')
    shown.api.world.failures = {}
    await shown.click('error-retry')
    expect(shown.find('run-1')).not.toBeNull()
  })

  it('keeps a run in place whose changes cannot be read', async () => {
    const shown = await show(ActivityPage)
    shown.api.world.failures.history = BROKEN
    await shown.click('run-3')
    expect(text(shown, 'run-detail')).toContain('locked by another program')
    shown.api.world.failures = {}
    await shown.click('error-retry')
    expect(shown.find('change')).not.toBeNull()
  })

  it('speaks Japanese', async () => {
    const shown = await show(ActivityPage, { language: 'ja' })
    expect(text(shown, 'run-3')).toContain('取り込み 3 件')
  })
})
