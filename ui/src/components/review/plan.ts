// A waiting plan as a person reads it: title by title, and what happens counted by kind. It only sorts and counts; what
// happens was decided elsewhere.
import { PROVIDERS, type Action, type Field, type FieldGroup, type Provider, type WaitingRow } from '@/contract'

/** What happens to one title: one decision for all its rows, since a title left out at one service waits at all. */
export interface PlanTitle {
  key: string
  title: string
  rows: WaitingRow[]
  skipped: boolean
  /** Whether something of it is other than it was shown before. */
  changed: boolean
}

/** One kind of change, at one service where that matters. */
export interface PlanGroup {
  key: string
  action: Action
  provider: Provider
  count: number
}

/** What takes something away is read first. */
const ORDER: readonly Action[] = ['remove_remote', 'remove_local', 'push', 'create_remote', 'pull', 'create_local', 'link']

/** Whose kinds of change are one, whichever service they come from. */
const ANYWHERE: ReadonlySet<Action> = new Set<Action>(['create_local', 'remove_local'])

export function groupKey(row: Pick<WaitingRow, 'action' | 'provider'>): string {
  return ANYWHERE.has(row.action) ? row.action : `${row.action}:${row.provider}`
}

/** The rows of each title together, in the order of the plan. */
export function titlesOf(rows: readonly WaitingRow[]): PlanTitle[] {
  const titles = new Map<string, PlanTitle>()
  for (const row of rows) {
    const title = titles.get(row.work) ?? { key: row.work, title: row.title, rows: [], skipped: true, changed: false }
    title.rows.push(row)
    title.skipped &&= row.skipped
    title.changed ||= row.changed_since !== null
    titles.set(row.work, title)
  }
  return [...titles.values()]
}

/** The fields that are decided together, by the names that the application has for them. */
export function groupOf(field: Field): FieldGroup {
  switch (field) {
    case 'status':
    case 'chapters_read':
    case 'volumes_read':
    case 'rereads':
    case 'finished_on': return 'reading_state'
    case 'score':
    case 'started_on':
    case 'notes':
    case 'private': return field
  }
}

/** How much of each kind will happen, what takes something away first. Rows that are left out do not count. */
export function groupsOf(rows: readonly WaitingRow[]): PlanGroup[] {
  const groups = new Map<string, PlanGroup>()
  for (const row of rows) {
    if (row.skipped) continue
    const key = groupKey(row)
    const group = groups.get(key) ?? { key, action: row.action, provider: row.provider, count: 0 }
    group.count += 1
    groups.set(key, group)
  }
  return [...groups.values()].sort((a, b) => rank(a) - rank(b))
}

function rank({ action, provider }: Pick<PlanGroup, 'action' | 'provider'>): number {
  return ORDER.indexOf(action) * PROVIDERS.length + PROVIDERS.indexOf(provider)
}

/** The titles that a filter and a search leave, those that lose something first. */
export function shownTitles(titles: readonly PlanTitle[], group: string | null, search: string): PlanTitle[] {
  const text = search.trim().toLowerCase()
  return titles
    .filter((title) => !group || title.rows.some((row) => groupKey(row) === group))
    .filter((title) => !text || title.title.toLowerCase().includes(text))
}

/** What the list shows: a heading for each kind of change, and below it the titles that it happens to first. */
export type PlanLine = { kind: 'heading'; key: null; group: PlanGroup } | { kind: 'title'; key: string; title: PlanTitle }

export function linesOf(titles: readonly PlanTitle[], groups: readonly PlanGroup[], headed: boolean): PlanLine[] {
  const line = (title: PlanTitle): PlanLine => ({ kind: 'title', key: title.key, title })
  if (!headed || groups.length < 2) return titles.map(line)
  const first = (title: PlanTitle) => Math.min(...title.rows.map((row) => groups.findIndex((group) => group.key === groupKey(row))).filter((at) => at >= 0))
  const placed = new Map<number, PlanTitle[]>()
  for (const title of titles) {
    const place = first(title)
    const below = placed.get(place)
    if (below) below.push(title)
    else placed.set(place, [title])
  }
  const headedLines = groups.flatMap((group, place): PlanLine[] => {
    const below = placed.get(place)
    return below ? [{ kind: 'heading', key: null, group }, ...below.map(line)] : []
  })
  return [...headedLines, ...(placed.get(Infinity) ?? []).map(line)]
}
