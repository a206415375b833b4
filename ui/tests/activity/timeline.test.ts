import { describe, expect, it } from 'vitest'
import { countsOf, daysOf, isQuiet, NO_FILTER, queryOf } from '@/components/activity/timeline'
import { barsOf } from '@/components/activity/usage'
import type { ChangeView, RunView } from '@/contract'
import { reportOf } from '@/fake/worlds'

const run = (id: string, at: string, more: Partial<RunView> = {}): RunView => ({
  run_id: id, strategy: 'incremental', trigger: 'schedule', status: 'success', started_at: at, finished_at: at,
  providers: { anilist: reportOf({ pulled: 1 }) }, ...more,
})
const change = (id: string, at: string, more: Partial<ChangeView> = {}): ChangeView => ({
  change_id: id, run_id: null, manga_id: id, title: 'Lantern Fox', provider: null, field: 'chapters_read', before: 1, after: 2,
  origin: 'user', cause: 'edit', at, ...more,
})
const quiet = { providers: { anilist: reportOf({}) } }

describe('the timeline', () => {
  it('puts each day together, the newest first', () => {
    const days = daysOf([run('a', '2026-03-01T10:00:00'), run('b', '2026-03-02T10:00:00'), run('c', '2026-03-02T08:00:00')], [], NO_FILTER)
    expect(days.map((day) => day.items.length)).toEqual([2, 1])
  })

  it('only counts runs that had nothing to do, unless they are asked for', () => {
    const runs = [run('a', '2026-03-01T10:00:00'), run('b', '2026-03-01T09:00:00', quiet)]
    expect(daysOf(runs, [], NO_FILTER).map((day) => [day.items.length, day.quiet])).toEqual([[1, 1]])
    expect(daysOf(runs, [], { ...NO_FILTER, quiet: true })[0]?.items).toHaveLength(2)
    expect(daysOf(runs, [], NO_FILTER, new Set(['b']))[0]?.items).toHaveLength(2)
  })

  it('calls no run quiet that failed, waits or asks something', () => {
    expect(isQuiet(run('a', '', quiet))).toBe(true)
    expect(isQuiet(run('a', '', { ...quiet, status: 'failed' }))).toBe(false)
    expect(isQuiet(run('a', '', { providers: { anilist: reportOf({ conflicts: 1 }) } }))).toBe(false)
  })

  it('shows the edits between two runs as one', () => {
    const edits = [change('1', '2026-03-01T09:30:00'), change('2', '2026-03-01T09:10:00'), change('3', '2026-03-01T07:00:00')]
    const [day] = daysOf([run('a', '2026-03-01T10:00:00'), run('b', '2026-03-01T08:00:00')], edits, NO_FILTER)
    expect(day?.items.map((item) => (item.kind === 'edits' ? item.changes.length : item.run.run_id))).toEqual(['a', 2, 'b', 1])
  })

  it('shows only the runs in which a service took part', () => {
    const other = run('b', '2026-03-01T09:00:00', { providers: { kitsu: reportOf({ pushed: 2 }), anilist: reportOf({ status: 'skipped' }) } })
    const days = daysOf([run('a', '2026-03-01T10:00:00'), other], [change('1', '2026-03-01T09:30:00')], { ...NO_FILTER, provider: 'kitsu' })
    expect(days[0]?.items.map((item) => item.kind === 'run' && item.run.run_id)).toEqual(['b'])
  })

  it('adds up what a run did at all services, or at one', () => {
    const both = run('a', '', { providers: { anilist: reportOf({ pulled: 2 }), kitsu: reportOf({ pulled: 1, errors: [{ code: 'x', message: 'y', manga_id: null }] }) } })
    expect(countsOf(both)).toEqual([{ key: 'pulled', n: 3 }, { key: 'errors', n: 1 }])
    expect(countsOf(both, 'anilist')).toEqual([{ key: 'pulled', n: 2 }])
    const doubt = { code: 'link_contradicts', message: 'a and b', manga_id: null }
    const doubtful = run('b', '', { providers: { anilist: reportOf({ errors: [doubt] }), kitsu: reportOf({ errors: [doubt] }) } })
    expect(countsOf(doubtful)).toEqual([{ key: 'doubts', n: 1 }])
    expect(isQuiet(doubtful)).toBe(true)
  })

  it('looks for single changes once a title or a kind is given', () => {
    const query = (part: Partial<typeof NO_FILTER>) => queryOf({ ...NO_FILTER, ...part })
    expect([query({}), query({ provider: 'kitsu' }), query({ search: ' ' })]).toEqual([null, null, null])
    expect(query({ search: ' mori ', provider: 'kitsu' })).toEqual({ search: 'mori', kind: null, provider: 'kitsu' })
    expect(query({ kind: 'lost' })).toEqual({ search: '', kind: 'lost', provider: null })
  })
})

describe('the requests', () => {
  it('have a bar for every hour, also for those without any', () => {
    const now = Date.parse('2026-03-01T10:20:00Z')
    const usage = [{ provider: 'anilist' as const, hour: '2026-03-01T09:00:00Z', requests: 4 }, { provider: 'kitsu' as const, hour: '2026-03-01T10:00:00Z', requests: 9 }]
    expect(barsOf(usage, 'anilist', 3, now).map((bar) => bar.requests)).toEqual([0, 4, 0])
  })
})
