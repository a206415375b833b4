// What is being typed into the fields of an entry: kept apart from the entry until it is saved, and read as the
// application will read it, so that a slip is shown beside the field.
import { computed, reactive } from 'vue'
import type { EntryChange, EntryView } from '@/contract'

export const TYPED = ['chapters_read', 'volumes_read', 'rereads', 'started_on', 'finished_on', 'notes'] as const
export type Typed = (typeof TYPED)[number]
const COUNTS: readonly Typed[] = ['chapters_read', 'volumes_read', 'rereads']
const DATES: readonly Typed[] = ['started_on', 'finished_on']

export type Slip = 'number' | 'date'
type Read = { value: number | string | null } | { slip: Slip }

/** A typed text as the value of its field. */
export function read(field: Typed, text: string): Read {
  const plain = text.trim()
  if (COUNTS.includes(field)) return /^\d{1,6}$/.test(plain) ? { value: Number(plain) } : { slip: 'number' }
  if (DATES.includes(field)) return plain === '' ? { value: null } : isDate(plain) ? { value: plain } : { slip: 'date' }
  return { value: plain === '' ? null : text }
}

/** A year, a month or a day that the calendar has. */
function isDate(text: string): boolean {
  const found = /^(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?$/.exec(text)
  if (!found) return false
  const [year, month = 1, day = 1] = found.slice(1).filter(Boolean).map(Number)
  const date = new Date(Date.UTC(year ?? 0, month - 1, day))
  return year !== 0 && date.getUTCMonth() === month - 1 && date.getUTCDate() === day
}

export function useDraft(entry: () => EntryView) {
  const draft = reactive<Partial<Record<Typed, string>>>({})
  const textOf = (field: Typed): string => draft[field] ?? String(entry()[field] ?? '')
  const changed = computed(() => TYPED.filter((field) => draft[field] !== undefined && draft[field] !== String(entry()[field] ?? '')))
  const slips = computed<Partial<Record<Typed, Slip>>>(() => Object.fromEntries(changed.value.flatMap((field) => {
    const result = read(field, textOf(field))
    return 'slip' in result ? [[field, result.slip]] : []
  })))

  /** The typed values that can be read, as one change; null: there are none. */
  function change(): EntryChange | null {
    const values = changed.value.flatMap((field) => {
      const result = read(field, textOf(field))
      return 'value' in result ? [[field, result.value]] : []
    })
    return values.length ? (Object.fromEntries(values) as EntryChange) : null
  }

  function type(field: Typed, text: string): void {
    draft[field] = text
  }

  function discard(): void {
    for (const field of TYPED) delete draft[field]
  }

  /** What was typed, for when it could not be kept. */
  const copy = () => ({ ...draft })
  const restore = (texts: Partial<Record<Typed, string>>) => void Object.assign(draft, texts)

  return { textOf, changed, slips, change, type, discard, copy, restore }
}
