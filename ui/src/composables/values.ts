// The value of a field in the reader's words, wherever a change shows what was there and what will be.
import { useI18n } from 'vue-i18n'
import { PROVIDERS, STATUSES, type Status } from '@/contract'

/** What a whole entry is summed up by. */
const SHOWN: ReadonlySet<string> = new Set(['status', 'chapters_read', 'volumes_read', 'score'])

export function useValues() {
  const { t, n, locale } = useI18n()

  const fieldName = (field: string): string => t(`common.field.${field}`)

  /** A value as text; a dash where there is none. */
  function valueText(field: string, value: unknown): string {
    if (value === null || value === undefined || value === '') return '–'
    if (typeof value === 'boolean') return t(value ? 'common.yes' : 'common.no')
    if (typeof value === 'number') return field === 'score' ? t('review.value.of_hundred', { n: n(value) }) : n(value)
    if (typeof value !== 'string') return entryText(value)
    if (isStatus(value) && field === 'status') return t(`common.status.${value}`)
    return field.endsWith('_on') ? dateText(value) : value
  }

  /** A date that may lack its day or its month. */
  function dateText(date: string): string {
    const [year, month, day] = date.split('-').map(Number)
    if (!year || Number.isNaN(year)) return date
    const options: Intl.DateTimeFormatOptions = { year: 'numeric', ...(month ? { month: 'short' } : {}), ...(day ? { day: 'numeric' } : {}) }
    return new Intl.DateTimeFormat(locale.value, { ...options, timeZone: 'UTC' }).format(Date.UTC(year, (month ?? 1) - 1, day ?? 1))
  }

  /** A whole entry in few words: where the reader stands, how far they are and what they think of it. A link is its name. */
  function entryText(entry: unknown): string {
    if (typeof entry === 'string' && entry) return workText(entry)
    if (typeof entry !== 'object' || entry === null) return '–'
    const said = Object.entries(entry).filter(([field, value]) => SHOWN.has(field) && value !== null && value !== 0)
    return said.map(([field, value]) => (field === 'status' ? valueText(field, value) : `${fieldName(field)} ${valueText(field, value)}`)).join(', ') || '–'
  }

  /** A work as the history names it, such as `anilist:30002`; what is no such name is a title. */
  function workText(name: string): string {
    const provider = PROVIDERS.find((each) => name.startsWith(`${each}:`))
    return provider ? `${t(`common.provider.${provider}`)} ${name.slice(provider.length + 1)}` : name
  }

  return { fieldName, valueText, entryText }
}

function isStatus(value: string): value is Status {
  return STATUSES.some((status) => status === value)
}
