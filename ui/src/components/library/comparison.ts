// The open title side by side: one row a field, one cell for the library and each service. Plain data from plain data.
import { FIELDS, PROVIDERS, type EntryDetail, type EntryView, type Field, type Provider, type Value } from '@/contract'

export type CellState = 'same' | 'differs' | 'accepted' | 'not_kept' | 'unknown'
export interface Cell { provider: Provider; value: Value; state: CellState }
export interface Row { field: Field; mine: Value; cells: Cell[] }

const isEmpty = (value: Value | undefined) => value === null || value === undefined || value === '' || value === 0 || value === false

/** The rows that say something: a field that is empty everywhere is left out, except where reading stands. */
export function rowsOf(entry: EntryView, detail: EntryDetail): Row[] {
  const providers = PROVIDERS.filter((provider) => detail.sides[provider])
  return FIELDS.map((field) => ({
    field,
    mine: entry[field],
    cells: providers.map((provider) => cellOf(detail, provider, field)),
  })).filter(({ field, mine, cells }) => field === 'status' || field === 'chapters_read' || !isEmpty(mine) || cells.some((cell) => !isEmpty(cell.value)))
}

function cellOf(detail: EntryDetail, provider: Provider, field: Field): Cell {
  const side = detail.sides[provider]
  const fields = side?.fields
  if (!side || !fields) return { provider, value: null, state: 'unknown' }
  const value = fields[field]
  if (value === undefined) return { provider, value: null, state: 'not_kept' }
  const state = side.accepted.includes(field) ? 'accepted' : side.differs.includes(field) ? 'differs' : 'same'
  return { provider, value, state }
}
