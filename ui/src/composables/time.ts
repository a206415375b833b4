// Times as people say them: relative up to a day, then the date. One clock ticks for the whole window.
import { computed, onScopeDispose, ref, type ComputedRef } from 'vue'
import { useI18n } from 'vue-i18n'

const now = ref(Date.now())
let listeners = 0
let timer: ReturnType<typeof setInterval> | undefined

/** The present, renewed every few seconds while somebody looks at it. */
export function useNow(): ComputedRef<number> {
  listeners += 1
  timer ??= setInterval(() => (now.value = Date.now()), 5000)
  now.value = Date.now()
  onScopeDispose(() => {
    listeners -= 1
    if (listeners === 0) {
      clearInterval(timer)
      timer = undefined
    }
  })
  return computed(() => now.value)
}

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

// A formatter costs far more than its use, and a list shows hundreds of times: each kind is made once.
const dateFormats = new Map<string, Intl.DateTimeFormat>()
const relativeFormats = new Map<string, Intl.RelativeTimeFormat>()

function dateFormat(locale: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${locale} ${JSON.stringify(options)}`
  const format = dateFormats.get(key) ?? new Intl.DateTimeFormat(locale, options)
  dateFormats.set(key, format)
  return format
}

function relativeFormat(locale: string): Intl.RelativeTimeFormat {
  const format = relativeFormats.get(locale) ?? new Intl.RelativeTimeFormat(locale, { numeric: 'auto' })
  relativeFormats.set(locale, format)
  return format
}

/** Formatters in the window's language. */
export function useTimes() {
  const { t, locale } = useI18n()
  const now = useNow()

  function relative(at: string): string {
    const gap = new Date(at).getTime() - now.value
    const far = Math.abs(gap)
    const words = relativeFormat(locale.value)
    if (far < MINUTE) return words.format(0, 'second')
    if (far < HOUR) return words.format(Math.trunc(gap / MINUTE), 'minute')
    if (far < DAY) return words.format(Math.trunc(gap / HOUR), 'hour')
    return date(at)
  }

  function date(at: string): string {
    const thisYear = new Date(at).getFullYear() === new Date(now.value).getFullYear()
    const year = thisYear ? undefined : 'numeric'
    return dateFormat(locale.value, { day: 'numeric', month: 'short', year }).format(new Date(at))
  }

  /** The time of day; with the day in front unless it is today. */
  function clock(at: string): string {
    const time = dateFormat(locale.value, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(new Date(at))
    return new Date(at).toDateString() === new Date(now.value).toDateString() ? time : `${date(at)} ${time}`
  }

  /** The time of day alone. */
  function time(at: string): string {
    return new Intl.DateTimeFormat(locale.value, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(new Date(at))
  }

  /** The day as people say it: today, yesterday, then the weekday and the date. */
  function dayName(at: string): string {
    const gap = Math.round((midnight(now.value) - midnight(new Date(at).getTime())) / DAY)
    if (gap === 0) return t('activity.today')
    if (gap === 1) return t('activity.yesterday')
    const year = new Date(at).getFullYear() === new Date(now.value).getFullYear() ? undefined : 'numeric'
    return new Intl.DateTimeFormat(locale.value, { weekday: 'long', day: 'numeric', month: 'long', year }).format(new Date(at))
  }

  function exact(at: string): string {
    return dateFormat(locale.value, { dateStyle: 'full', timeStyle: 'medium' }).format(new Date(at))
  }

  return { now, relative, date, clock, time, dayName, exact }
}

function midnight(at: number): number {
  return new Date(at).setHours(0, 0, 0, 0)
}
