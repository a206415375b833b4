import { flushPromises } from '@vue/test-utils'
import { describe, expect, it, vi } from 'vitest'
import { daysOf, NO_FILTER } from '@/components/activity/timeline'
import type { ChangeView } from '@/contract'
import { BROKEN } from '@/fake/worlds'
import ActivityPage from '@/pages/ActivityPage.vue'
import { backOf, tallyOf, useUndoStore } from '@/stores/undo'
import { press, show, storeOver, type Shown } from '../world'

vi.mock('@unovis/ts', () => ({ GroupedBar: { selectors: { bar: 'bar' } } }))
vi.mock('@unovis/vue', () => Object.fromEntries(['VisAxis', 'VisGroupedBar', 'VisTooltip', 'VisXYContainer'].map((name) => [name, { name, render: () => null }])))

const IMPORT = '0192b000-0000-7000-8000-00000000000c'
const change = (more: Partial<ChangeView>): ChangeView => ({
  change_id: 'c1', run_id: null, manga_id: 'm1', title: 'Lantern Fox', provider: null, field: 'score', before: 70, after: 80, origin: 'user', cause: 'edit',
  at: '2026-11-01T10:00:00Z', ...more,
})
const text = (shown: Shown, id: string) => shown.get(id).textContent?.replace(/\s+/g, ' ').trim() ?? ''
const undone = (shown: Shown) => shown.api.calls.filter((call) => call.name === 'undo').map((call) => call.args)
/** Pictures of the page come in parts, and what asks before an undo is one of them. */
const settled = async (shown: Shown, id: string) => {
  await vi.waitFor(() => expect(shown.find(id)).not.toBeNull())
  await flushPromises()
}

describe('what goes back', () => {
  it('is a value, a title that leaves or one that comes back; a note and a link stay', () => {
    const kinds = [change({}), change({ provider: 'kitsu', cause: 'push' }), change({ provider: 'kitsu', cause: 'push_effect' }), change({ field: null, cause: 'created' }),
      change({ field: null, cause: 'removed' }), change({ field: null, cause: 'linked' }), change({ field: null, cause: 'conflict_lost' })]
    expect(kinds.map(backOf)).toEqual(['value', 'value', null, 'leave', 'come', null, null])
  })

  it('counts several changes of one field of a title once', () => {
    expect(tallyOf([change({}), change({ provider: 'kitsu', cause: 'push' }), change({ field: 'notes' }), change({ field: null, cause: 'linked' }), change({ field: null, provider: 'kitsu', cause: 'push_created' })]))
      .toEqual({ titles: 1, values: 2, leave: 0, come: 0, made: 1, stay: 1 })
  })

  it('is counted over the whole sync, however many pages its history has', async () => {
    const { store } = storeOver(useUndoStore, 'full', (world) => {
      world.changes = Array.from({ length: 2500 }, (_, at) => change({ change_id: `c${at}`, manga_id: `m${at}`, run_id: IMPORT, field: null, cause: 'created' }))
    })
    await store.ask({ kind: 'run', id: IMPORT, at: '2026-11-01T10:00:00Z' })
    expect(store.tally?.leave).toBe(2500)
  })

  it('since a moment is everything from then on', async () => {
    const { store, api } = storeOver(useUndoStore, 'full', (world) => {
      world.changes = [3, 2, 1].map((hour) => change({ change_id: `c${hour}`, manga_id: `m${hour}`, at: `2026-11-01T0${hour}:00:00Z` }))
    })
    await store.ask({ kind: 'since', at: '2026-11-01T02:00:00Z' })
    expect(store.tally?.values).toBe(2)
    await store.go()
    expect(api.calls.find((call) => call.name === 'undoSince')?.args).toEqual(['2026-11-01T02:00:00Z', false])
    expect(store.done?.report.plan).toHaveLength(2)
  })

  it('over something newer is asked about, and forced only after that', async () => {
    const { store, api } = storeOver(useUndoStore)
    await store.ask({ kind: 'change', change: api.world.changes.find((each) => each.field === 'notes' && each.run_id === null)! })
    await store.go()
    expect([store.overNewer, store.done]).toEqual([true, null])
    await store.go()
    expect(api.calls.filter((call) => call.name === 'undo').map((call) => call.args[1])).toEqual([false, true])
    expect(store.done?.report.left).toEqual([])
  })
})

describe('an undo in the timeline', () => {
  it('is an item of its own between edits', () => {
    const changes = [change({ change_id: 'c3', at: '2026-11-01T10:02:00Z' }), change({ change_id: 'c2', run_id: 'u1', cause: 'undo', at: '2026-11-01T10:01:00Z' }), change({})]
    expect(daysOf([], changes, NO_FILTER)[0]?.items.map((item) => item.kind === 'edits' && item.undo)).toEqual([null, 'u1', null])
  })

  it('of one change says from what to what, and what came of it', async () => {
    const shown = await show(ActivityPage)
    await shown.click('run-3')
    await shown.click('undo-change')
    await settled(shown, 'undo-dialog')
    expect(text(shown, 'undo-dialog')).toContain('1 value goes back to what it was')
    expect(text(shown, 'undo-go')).toBe('Take back 1 change')
    await shown.click('undo-go')
    await settled(shown, 'undo-result')
    expect(undone(shown)).toHaveLength(1)
    expect(text(shown, 'undo-result')).toContain('1 title is as it was')
    expect(text(shown, 'timeline')).toContain('You took back changes of 1 title')
  })

  it('of a sync that brought titles says that they leave and stay at the services', async () => {
    const shown = await show(ActivityPage, { path: `/activity/${IMPORT}` })
    await shown.click('undo-whole')
    await settled(shown, 'undo-dialog')
    expect(text(shown, 'undo-dialog')).toContain('312 titles leave your library; the services keep them')
    expect(text(shown, 'undo-dialog')).toContain('Nothing is deleted at a service')
  })

  it('is asked for by U, and left with Esc or Cancel', async () => {
    const shown = await show(ActivityPage)
    await press('u', shown.get('run-3'))
    await settled(shown, 'undo-dialog')
    expect(undone(shown)).toEqual([])
    await shown.click('undo-cancel')
    expect(shown.find('undo-dialog')).toBeNull()
  })

  it('can itself be taken back', async () => {
    const shown = await show(ActivityPage)
    await press('u', shown.get('run-3'))
    await settled(shown, 'undo-go')
    await shown.click('undo-go')
    await settled(shown, 'undo-result')
    await shown.click('undo-back')
    await settled(shown, 'undo-dialog')
    expect(text(shown, 'undo-dialog')).toMatch(/\d values? goe?s? back|values go back/)
  })

  it('leaves what is newer, says so, and takes it too only when asked', async () => {
    const shown = await show(ActivityPage)
    await press('u', shown.get('run-3'))
    await settled(shown, 'undo-go')
    await shown.click('undo-go')
    await settled(shown, 'undo-result')
    expect(text(shown, 'undo-result')).toContain('changed again since')
    await shown.click('undo-newer-too')
    await settled(shown, 'undo-newer')
    expect(text(shown, 'undo-go')).toBe('Take back, and lose what is newer')
  })

  it('says in words why it could not be done', async () => {
    const shown = await show(ActivityPage)
    shown.api.world.failures.undo = BROKEN
    await press('u', shown.get('run-3'))
    await settled(shown, 'undo-go')
    await shown.click('undo-go')
    await settled(shown, 'undo-error')
    expect(text(shown, 'undo-error')).toContain('locked by another program')
  })
})

describe('the timeline', () => {
  it('is walked with the arrow keys from line to line', async () => {
    const shown = await show(ActivityPage)
    shown.get('run-1').focus()
    await press('ArrowDown', shown.get('run-1'))
    expect(document.activeElement?.getAttribute('data-testid')).toBe('run-2')
    await press('Home', shown.get('run-2'))
    expect(document.activeElement?.getAttribute('data-testid')).toBe('run-1')
  })
})
