import { describe, expect, it } from 'vitest'
import { groupsOf, linesOf, shownTitles, titlesOf } from '@/components/review/plan'
import { reasonsOf } from '@/components/review/reasons'
import type { WaitingRow } from '@/contract'
import { inventPlan } from '@/fake/plan'

const row = (more: Partial<WaitingRow>): WaitingRow => ({
  row: 1, skipped: false, changed_since: null, manga_id: 'm1', title: 'Lantern Fox', provider: 'anilist', external_id: '1', work: 'anilist:1', action: 'push',
  origin: null, at: null, fields: [], ...more,
})

describe('a waiting plan', () => {
  it('is read title by title, with the rows of every service together', () => {
    const titles = titlesOf([row({}), row({ row: 2, work: 'anilist:2', title: 'Salt Harbour' }), row({ row: 3, provider: 'kitsu', action: 'pull' })])
    expect(titles.map((title) => [title.title, title.rows.map((each) => each.row)])).toEqual([['Lantern Fox', [1, 3]], ['Salt Harbour', [2]]])
  })

  it('keeps two works of one name apart, in the library or not', () => {
    const rows = [row({ manga_id: null }), row({ row: 2, manga_id: null, work: 'anilist:2' }), row({ row: 3, manga_id: null, provider: 'kitsu' })]
    expect(titlesOf(rows).map((title) => title.rows.map((each) => each.row))).toEqual([[1, 3], [2]])
  })

  it('marks a title of which something is other than it was shown', () => {
    expect(titlesOf([row({}), row({ row: 2, provider: 'kitsu', changed_since: '2026-11-01T10:00:00Z' })]).map((title) => title.changed)).toEqual([true])
  })

  it('counts by kind, what takes something away first, and counts nothing that is left out', () => {
    const rows = [
      row({ action: 'create_local' }), row({ action: 'create_local', provider: 'kitsu' }), row({ action: 'push', skipped: true }),
      row({ action: 'push', provider: 'kitsu' }), row({ action: 'remove_remote' }),
    ]
    expect(groupsOf(rows).map((group) => [group.key, group.count])).toEqual([['remove_remote:anilist', 1], ['push:kitsu', 1], ['create_local', 2]])
  })

  it('places a title below the most serious thing that happens to it, and only once', () => {
    const rows = [row({ action: 'pull' }), row({ action: 'remove_remote', provider: 'kitsu' }), row({ work: 'anilist:2', action: 'pull' })]
    const lines = linesOf(titlesOf(rows), groupsOf(rows), true)
    expect(lines.map((line) => (line.kind === 'heading' ? line.group.key : line.key))).toEqual(['remove_remote:kitsu', 'anilist:1', 'pull:anilist', 'anilist:2'])
  })

  it('is filtered by kind and by title', () => {
    const titles = titlesOf([row({}), row({ work: 'anilist:2', title: 'Salt Harbour', action: 'pull' })])
    expect(shownTitles(titles, 'pull:anilist', '').map((title) => title.title)).toEqual(['Salt Harbour'])
    expect(shownTitles(titles, null, ' lantern ').map((title) => title.title)).toEqual(['Lantern Fox'])
  })
})

describe('the reason why a plan waits', () => {
  it('is told of each service that has one, in one order', () => {
    const plan = { ...inventPlan([]), waits: { kitsu: { why: 'changed' as const, titles: 2 }, anilist: { why: 'first' as const } } }
    expect(reasonsOf(plan).map(({ provider, waits }) => [provider, waits.why])).toEqual([['anilist', 'first'], ['kitsu', 'changed']])
    expect(reasonsOf(null)).toEqual([])
  })
})
