// An invented past: runs of every outcome with the changes that they made, and the person's own edits between them.
import type { ChangeKind, ChangeView, EntryView, HistoryQuery, RunView } from '../contract'
import { inventEntries } from './entries'
import { planRun } from './plan'
import { reportOf } from './worlds'

const RUNS = 60
const APART = 95

/** All of it is so long before one moment: what is invented to have happened at once must not be a tick apart. */
const BEGAN = Date.now()
const past = (minutes: number): string => new Date(BEGAN - minutes * 60_000).toISOString()

/** Causes of each kind, as far as any of them is invented here. */
const OF_KIND: Record<ChangeKind, readonly string[]> = { came: ['pull', 'created'], sent: ['push', 'push_effect'], yours: ['edit', 'undo'], lost: ['conflict_lost'] }

export function isSought(change: ChangeView, { search, provider, kind }: HistoryQuery): boolean {
  return (change.title ?? '').toLowerCase().includes(search.toLowerCase())
    && (!provider || change.provider === provider || change.origin === provider)
    && (!kind || OF_KIND[kind].includes(change.cause))
}

export function inventRuns(): RunView[] {
  return Array.from({ length: RUNS }, (_, at) => inventRun(at))
}

/** Most runs find nothing to do; now and then one goes wrong in each way that it can. */
function inventRun(at: number): RunView {
  const run: RunView = {
    run_id: runId(at),
    strategy: at % 16 === 12 ? 'full' : at % 5 === 0 ? 'edit' : 'incremental',
    trigger: at % 16 === 12 ? 'manual' : at % 5 === 0 ? 'edit' : at % 11 === 3 ? 'return' : 'schedule',
    status: 'success',
    started_at: past(14 + at * APART),
    finished_at: past(13 + at * APART),
    providers: { anilist: reportOf({}), myanimelist: reportOf({ pushed: at % 5 === 0 ? 1 : 0, requests: 2 }) },
  }
  switch (at) {
    case 1: return { ...run, providers: { anilist: reportOf({ pulled: 3, pushed: 2 }), myanimelist: reportOf({ pushed: 3, held: 1, held_titles: ['Kuroi Niwa 9'], requests: 7 }) } }
    case 2: return { ...run, status: 'partial', providers: { anilist: reportOf({ pushed: 1, errors: [{ code: 'refused_by_provider', message: 'AniList did not accept 140 chapters of 120. Check the number of chapters, then try again.', manga_id: null }] }), myanimelist: reportOf({ pushed: 2 }) } }
    case 4: return { ...run, status: 'failed', providers: { anilist: reportOf({ status: 'failed', errors: [{ code: 'unreachable', message: 'AniList did not answer. It is asked again with the next sync.', manga_id: null }] }) } }
    case 6: return { ...run, status: 'partial', providers: { anilist: reportOf({ pulled: 1 }), myanimelist: reportOf({ status: 'sign_in_again', requests: 1 }) } }
    case 8: return { ...run, status: 'interrupted', providers: null, finished_at: null }
    case 12: return { ...run, trigger: 'manual', strategy: 'full', providers: { anilist: reportOf({ created_local: 312, pulled: 4, requests: 3 }), myanimelist: reportOf({ created_remote: 41, conflicts: 2, requests: 48 }) } }
    default: return run
  }
}

const runId = (at: number) => `0192b000-0000-7000-8000-${at.toString(16).padStart(12, '0')}`

export function inventChanges(): ChangeView[] {
  const entries = inventEntries(400)
  const [first] = entries
  if (!first) return []
  const of = (at: number) => entries[at % entries.length] ?? first
  const some = Array.from({ length: 9 }, (_, at) => changeOf(of(at), at, at < 4 ? 1 : at < 6 ? 0 : 2))
  const arrived = entries.slice(60, 372).map((entry, at) => changeOf(entry, 100 + at, 12, 'created'))
  const edited = entries.slice(20, 25).map((entry, at) => changeOf(entry, 500 + at, at < 3 ? null : 13, 'edit'))
  return [...some, movedOf(of(33), 1), ...edited.slice(0, 3), ...edited.slice(3).map((change) => ({ ...change, run_id: null })), ...arrived]
    .sort((a, b) => Date.parse(b.at) - Date.parse(a.at))
}

const CAUSES = ['pull', 'push', 'push_effect', 'restored', 'conflict_lost', 'push'] as const

/** A service made two works one. */
function movedOf(entry: EntryView, run: number): ChangeView {
  return { ...changeOf(entry, 700, run, 'created'), provider: 'anilist', origin: 'anilist', cause: 'moved', before: 'anilist:9000017', after: 'anilist:9000402', at: past(15 + run * APART) }
}

function changeOf(entry: EntryView, at: number, run: number | null, as?: string): ChangeView {
  const cause = as ?? CAUSES[at % CAUSES.length] ?? 'pull'
  const whole = { status: entry.status, chapters_read: entry.chapters_read, score: entry.score, notes: entry.notes }
  const isWhole = cause === 'created' || cause === 'restored' || cause === 'conflict_lost'
  const field = (['chapters_read', 'status', 'score', 'notes'] as const)[at % 4] ?? 'chapters_read'
  const values = { chapters_read: [entry.chapters_read, entry.chapters_read + 1], status: ['reading', 'completed'], score: [null, 87], notes: [null, 'Lent volume 3 to a friend; ask for it back.'] }[field]
  return {
    change_id: `0192c000-0000-7000-8000-${at.toString(16).padStart(12, '0')}`,
    run_id: run === null ? null : runId(run),
    manga_id: entry.manga_id, title: entry.title,
    provider: cause.startsWith('push') ? (at % 2 ? 'myanimelist' : 'anilist') : null,
    field: isWhole ? null : field,
    before: isWhole ? (cause === 'conflict_lost' ? whole : null) : values[0],
    after: isWhole ? (cause === 'conflict_lost' ? null : whole) : values[1],
    origin: as === 'edit' || (!isWhole && at % 3 === 1) ? 'user' : at % 2 ? 'anilist' : 'myanimelist',
    cause, at: past(14 + (run ?? 0.4 + (at % 3) / 10) * APART),
  }
}

/** A past in which nothing ever had to be done. */
export function quietRuns(): RunView[] {
  return inventRuns().slice(13, 40).map((run) => ({ ...run, trigger: 'schedule', providers: { anilist: reportOf({}) } }))
}

export const pastOf = (why: 'first' | 'guard'): RunView[] => [...inventRuns(), planRun(why)]
