import { describe, expect, it } from 'vitest'
import { groupsOf, linesOf, shownTitles, titlesOf } from '@/components/review/plan'
import { reasonsOf } from '@/components/review/reasons'
import type { RunView, WaitingRow } from '@/contract'
import { planRun } from '@/fake/plan'

const row = (more: Partial<WaitingRow>): WaitingRow => ({
  row: 1, skipped: false, manga_id: 'm1', title: 'Lantern Fox', provider: 'anilist', external_id: '1', action: 'push', fields: [], ...more,
})

describe('a waiting plan', () => {
  it('is read title by title, with the rows of every service together', () => {
    const titles = titlesOf([row({}), row({ row: 2, manga_id: 'm2', title: 'Salt Harbour' }), row({ row: 3, provider: 'kitsu', action: 'pull' })])
    expect(titles.map((title) => [title.title, title.rows.map((each) => each.row)])).toEqual([['Lantern Fox', [1, 3]], ['Salt Harbour', [2]]])
  })

  it('keeps two new titles of one name at one service apart', () => {
    const rows = [row({ manga_id: null }), row({ row: 2, manga_id: null, external_id: '2' }), row({ row: 3, manga_id: null, provider: 'kitsu', external_id: '9' })]
    expect(titlesOf(rows).map((title) => title.rows.map((each) => each.row))).toEqual([[1, 3], [2]])
  })

  it('counts by kind, what takes something away first, and counts nothing that is left out', () => {
    const rows = [
      row({ action: 'create_local' }), row({ action: 'create_local', provider: 'kitsu' }), row({ action: 'push', skipped: true }),
      row({ action: 'push', provider: 'kitsu' }), row({ action: 'remove_remote' }),
    ]
    expect(groupsOf(rows).map((group) => [group.key, group.count])).toEqual([['remove_remote:anilist', 1], ['push:kitsu', 1], ['create_local', 2]])
  })

  it('places a title below the most serious thing that happens to it, and only once', () => {
    const rows = [row({ action: 'pull' }), row({ action: 'remove_remote', provider: 'kitsu' }), row({ manga_id: 'm2', action: 'pull' })]
    const lines = linesOf(titlesOf(rows), groupsOf(rows), true)
    expect(lines.map((line) => (line.kind === 'heading' ? line.group.key : line.key))).toEqual(['remove_remote:kitsu', 'm1', 'pull:anilist', 'm2'])
  })

  it('is filtered by kind and by title', () => {
    const titles = titlesOf([row({}), row({ manga_id: 'm2', title: 'Salt Harbour', action: 'pull' })])
    expect(shownTitles(titles, 'pull:anilist', '').map((title) => title.title)).toEqual(['Salt Harbour'])
    expect(shownTitles(titles, null, ' lantern ').map((title) => title.title)).toEqual(['Lantern Fox'])
  })
})

describe('the reason why a plan waits', () => {
  it('is a first sync where nothing stopped it', () => {
    expect(reasonsOf(planRun('first'))).toEqual([{ kind: 'first', provider: 'anilist' }, { kind: 'first', provider: 'myanimelist' }])
  })

  it('is the guard, in its numbers', () => {
    expect(reasonsOf(planRun('guard'))).toEqual([{ kind: 'too_much', provider: 'myanimelist', lowered: 40, of: 312 }])
  })

  it('is an empty list, with how many were in it', () => {
    expect(reasonsOf(stopped('Kitsu returned 0 of 1,204 titles. Nothing was changed'))).toEqual([{ kind: 'empty_list', provider: 'myanimelist', of: 1204 }])
  })

  it('is shown as it was said where its numbers cannot be read', () => {
    expect(reasonsOf(stopped('Something else'))).toEqual([{ kind: 'said', provider: 'myanimelist', message: 'Something else' }])
  })
})

function stopped(message: string): RunView {
  const run = structuredClone(planRun('guard'))
  const report = run.providers?.myanimelist
  if (report) report.errors = [{ code: 'guard', message, manga_id: null }]
  return run
}
