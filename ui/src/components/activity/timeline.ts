// Runs and changes in the order in which a person remembers them: by day, the newest first, their own edits among the
// runs. It only sorts, groups and counts.
import { doubtsOf, failuresOf } from '@/reports'
import { PROVIDERS, type ChangeKind, type ChangeView, type HistoryQuery, type Provider, type ProviderReport, type RunView } from '@/contract'

export const KINDS: readonly ChangeKind[] = ['came', 'sent', 'yours', 'lost']

/** Causes of what a person does. */
const BY_HAND = new Set(['edit', 'added', 'removed', 'linked', 'unlinked', 'undo', 'decided', 'reopened'])

export interface Filter { provider: Provider | null; kind: ChangeKind | null; search: string; quiet: boolean }

export const NO_FILTER: Readonly<Filter> = { provider: null, kind: null, search: '', quiet: false }

export type Item =
  | { kind: 'run'; at: string; run: RunView }
  /** The person's own: edits, or what an undo brought back. */
  | { kind: 'edits'; at: string; id: string; undo: string | null; changes: ChangeView[] }

export interface Day { day: string; at: string; items: Item[]; quiet: number }

const COUNTS = ['pulled', 'created_local', 'pushed', 'created_remote', 'removed', 'conflicts', 'held'] as const
export type Count = (typeof COUNTS)[number] | 'doubts' | 'errors'

/** What a run did, added up over its services; what is zero is left out. */
export function countsOf(run: RunView, only: Provider | null = null): { key: Count; n: number }[] {
  const reports = reportsOf(run, only)
  const sum = (of: (report: ProviderReport) => number) => reports.reduce((total, [, report]) => total + of(report), 0)
  // Each of the services that are in doubt tells of the same links.
  const doubts = new Set(reports.flatMap(([, report]) => doubtsOf(report).map(({ message }) => message))).size
  const counts = [...COUNTS.map((key) => ({ key, n: sum((report) => report[key]) })), { key: 'doubts' as const, n: doubts }, { key: 'errors' as const, n: sum((report) => failuresOf(report).length) }]
  return counts.filter(({ n }) => n > 0)
}

export function reportsOf(run: RunView, only: Provider | null = null): [Provider, ProviderReport][] {
  return PROVIDERS.flatMap((provider) => {
    const report = run.providers?.[provider]
    return report && report.status !== 'skipped' && (!only || only === provider) ? [[provider, report] as [Provider, ProviderReport]] : []
  })
}

/** Whether a run had nothing to do, and did that without any trouble. */
export function isQuiet(run: RunView): boolean {
  return run.status === 'success' && countsOf(run).every(({ key }) => key === 'held' || key === 'doubts')
}

/** Which single changes are looked for, in all that was ever done; none: the timeline is shown. */
export function queryOf({ search, kind, provider }: Filter): HistoryQuery | null {
  return search.trim() || kind ? { search: search.trim(), kind, provider } : null
}

/** The days with what happened on each. Quiet runs are only counted, unless they are asked for or one of them is open. */
export function daysOf(runs: readonly RunView[], changes: readonly ChangeView[], filter: Filter, open: ReadonlySet<string> = new Set()): Day[] {
  const days = new Map<string, Day>()
  const dayOf = (at: string): Day => {
    const day = new Date(at).toDateString()
    const known = days.get(day) ?? { day, at, items: [], quiet: 0 }
    days.set(day, known)
    return known
  }
  for (const item of inOrder(runs, changes, filter)) {
    const day = dayOf(item.at)
    if (item.kind === 'run' && !filter.quiet && isQuiet(item.run) && !open.has(item.run.run_id)) day.quiet += 1
    else add(day, item)
  }
  return [...days.values()]
}

/** Edits with no shown run between them are one item; so is what one undo brought back. */
function add(day: Day, item: Item): void {
  const last = day.items.at(-1)
  if (item.kind === 'edits' && last?.kind === 'edits' && last.undo === item.undo) last.changes.push(...item.changes)
  else day.items.push(item)
}

function inOrder(runs: readonly RunView[], changes: readonly ChangeView[], filter: Filter): Item[] {
  const shown = filter.provider ? runs.filter((run) => reportsOf(run, filter.provider).length) : runs
  // What was taken back has a number of its own, but no sync did it.
  const syncs = new Set(runs.map((run) => run.run_id))
  const byHand = (change: ChangeView) => change.run_id === null || (BY_HAND.has(change.cause) && !syncs.has(change.run_id))
  const edits = filter.provider ? [] : changes.filter(byHand)
  return [
    ...shown.map((run): Item => ({ kind: 'run', at: run.started_at, run })),
    ...edits.map((change): Item => ({ kind: 'edits', at: change.at, id: change.change_id, undo: change.run_id, changes: [change] })),
  ].sort((a, b) => Date.parse(b.at) - Date.parse(a.at))
}
