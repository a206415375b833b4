// Lists as they were before the runs of the invented past wrote to them.
import type { RunView, SnapshotDetail, SnapshotView } from '../contract'
import type { World } from './worlds'

export function inventSnapshots(runs: readonly RunView[]): SnapshotView[] {
  return runs.slice(0, 8).map((run, at) => ({
    id: `0192e000-0000-7000-8000-${at.toString(16).padStart(12, '0')}`, run_id: run.run_id, provider: at % 2 ? 'myanimelist' : 'anilist',
    taken_at: run.started_at, entries: 1204 - at * 3, bytes: 48_000 + at * 100,
  }))
}

export function snapshotOf(world: World, id: string, search: string, limit: number, offset: number): SnapshotDetail {
  const found = inventSnapshots(world.runs).find((each) => each.id === id)
  if (!found) throw { code: 'refused', message: 'This list is not kept any more.', hint: null }
  const all = world.entries.slice(0, found.entries).map((entry, at) => ({
    external_id: String(9_000_000 + at), manga_id: at % 9 === 4 ? null : entry.manga_id, title: entry.title,
    fields: { status: entry.status, chapters_read: entry.chapters_read, score: entry.score },
  }))
  const held = all.filter(({ title }) => title.toLowerCase().includes(search.trim().toLowerCase()))
  return { snapshot: { ...found, entries: all.length }, found: held.length, titles: held.slice(offset, offset + limit) }
}
