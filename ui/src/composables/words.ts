// Our own values in the reader's words: fields, statuses, errors. Everything shown comes from here or from a message.
import { useI18n } from 'vue-i18n'
import type { AppError, Provider } from '@/contract'

/** Made once for each language: to make one takes longer than all else that a title in a list needs. */
const numberFormats = new Map<string, Intl.NumberFormat>()

function numberFormat(locale: string): Intl.NumberFormat {
  const format = numberFormats.get(locale) ?? new Intl.NumberFormat(locale)
  numberFormats.set(locale, format)
  return format
}

export function useWords() {
  const { t, te, locale } = useI18n()

  /** What happened and what to do, translated where we know the error, else as the application said it. */
  function errorText(error: AppError): { what: string; hint: string | null } {
    const known = ['errors', 'common.errors'].map((place) => `${place}.${error.code}`).find((key) => te(`${key}.what`))
    if (!known) return { what: error.message, hint: error.hint }
    const values = { service: error.provider ? providerName(error.provider) : t('common.service'), message: error.message }
    return { what: t(`${known}.what`, values), hint: te(`${known}.hint`) ? t(`${known}.hint`, values) : null }
  }

  const providerName = (provider: Provider): string => t(`common.provider.${provider}`)
  const count = (value: number): string => numberFormat(locale.value).format(value)

  function secondsLeft(seconds: number): string {
    if (seconds < 60) return t('common.left.seconds', { n: Math.max(1, Math.round(seconds)) })
    return t('common.left.minutes', { n: Math.round(seconds / 60) })
  }

  return { errorText, providerName, count, secondsLeft }
}
