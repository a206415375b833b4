// An open question as a person reads it: its sides in columns, and its fields in rows. It only sorts and compares what it
// is told; what an answer means is decided elsewhere.
import { FIELDS, PROVIDERS, type ConflictView, type Field, type Fields, type Provider, type Value } from '@/contract'

/** What one side says. Without fields it has no entry. */
export interface Side {
  /** None: the library. */
  provider: Provider | null
  fields: Fields | null
  at: string | null
  /** Who said so: `user` or a service. */
  origin: string
  /** Whether the entry is gone there: what it said last is all there is. */
  gone: boolean
  /** The key that chooses it, counted from 1; none: it can't be chosen. */
  key: number | null
}

export interface Cell { value: Value | undefined; changed: boolean }
/** One field: what was agreed on last, each different value with who had it, then what each side says now. */
export interface SideRow { field: Field; base: { value: Value; at: Provider[] }[]; cells: Cell[]; differs: boolean }

export function sidesOf(question: ConflictView): Side[] {
  const keyOf = (answer: string) => question.answers.indexOf(answer) + 1 || null
  const { local } = question
  const gone = question.kind === 'removed_here' || !local
  const here: Side = { provider: null, gone, fields: local?.fields ?? null, at: local?.at ?? null, origin: local?.origin ?? 'user', key: keyOf('local') }
  const there = PROVIDERS.flatMap((provider): Side[] => {
    const told = question.sides[provider]
    return told ? [{ provider, gone: !told.fields, fields: told.fields, at: told.updated_at, origin: provider, key: keyOf(provider) }] : []
  })
  return [here, ...there]
}

/** The fields that a side holds. Where the question is about the entry as a whole, those that say nothing are left out. */
export function rowsOf(question: ConflictView): SideRow[] {
  const sides = sidesOf(question)
  const says = (value: Value | undefined) => (question.group ? value !== undefined : Boolean(value))
  return FIELDS.map((field) => rowOf(question, sides, field))
    .filter(({ base, cells }) => cells.some(({ value }) => says(value)) || base.some(({ value }) => says(value)))
}

function rowOf(question: ConflictView, sides: readonly Side[], field: Field): SideRow {
  const base = baseOf(question, field)
  const cells = sides.map(({ provider, fields }): Cell => {
    const value = fields?.[field]
    return { value, changed: value !== undefined && hasChanged(question, base, provider, field, value) }
  })
  const known = cells.flatMap(({ value }) => (value === undefined ? [] : [value]))
  return { field, base, cells, differs: new Set(known).size > 1 }
}

function baseOf({ sides }: ConflictView, field: Field): SideRow['base'] {
  const bases: SideRow['base'] = []
  for (const provider of PROVIDERS) {
    const value = sides[provider]?.base?.[field]
    if (value === undefined) continue
    const same = bases.find((each) => each.value === value)
    if (same) same.at.push(provider)
    else bases.push({ value, at: [provider] })
  }
  return bases
}

/** A service is measured by what it held itself; the library by what any of them held. */
function hasChanged({ sides }: ConflictView, base: SideRow['base'], provider: Provider | null, field: Field, value: Value): boolean {
  if (!provider) return base.length > 0 && base.every((each) => each.value !== value)
  const before = sides[provider]?.base?.[field]
  return before !== undefined && before !== value
}

/** The questions that a filter and a search leave. */
export function shownQuestions(questions: readonly ConflictView[], kind: string | null, search: string, kindOf: (question: ConflictView) => string): ConflictView[] {
  const text = search.trim().toLowerCase()
  return questions
    .filter((question) => !kind || kindOf(question) === kind)
    .filter((question) => !text || question.title.toLowerCase().includes(text))
}

/** How many there are of each kind, the most first. */
export function kindsOf(questions: readonly ConflictView[], kindOf: (question: ConflictView) => string): { key: string; first: ConflictView; count: number }[] {
  const kinds = new Map<string, { key: string; first: ConflictView; count: number }>()
  for (const question of questions) {
    const key = kindOf(question)
    const kind = kinds.get(key) ?? { key, first: question, count: 0 }
    kind.count += 1
    kinds.set(key, kind)
  }
  return [...kinds.values()].sort((a, b) => b.count - a.count)
}
