// The value of a field in the reader's words, wherever a change shows what was there and what will be.
import { useI18n } from 'vue-i18n'
import { STATUSES, type Status } from '@/contract'

export function useValues() {
  const { t, n, locale } = useI18n()

  const fieldName = (field: string): string => t(`common.field.${field}`)

  /** A value as text; a dash where there is none. */
  function valueText(field: string, value: unknown): string {
    if (value === null || value === undefined || value === '') return '–'
    if (typeof value === 'boolean') return t(value ? 'common.yes' : 'common.no')
    if (typeof value === 'number') return field === 'score' ? t('review.value.of_hundred', { n: n(value) }) : n(value)
    if (typeof value !== 'string') return t('review.value.whole_entry')
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

  return { fieldName, valueText }
}

function isStatus(value: string): value is Status {
  return STATUSES.some((status) => status === value)
}
