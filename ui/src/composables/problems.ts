// What went wrong at a service, in the reader's language where it is a trouble that we know. What a service itself said
// stays as it was said.
import { useI18n } from 'vue-i18n'
import { stopOf, type Stop } from '@/components/review/reasons'
import type { Provider } from '@/contract'
import { useWords } from './words'

export function useProblems() {
  const { t, te } = useI18n()
  const { count, providerName } = useWords()

  function problemText(provider: Provider, code: string | null, message: string | null): string | null {
    if (code === 'guard' && message) return stopText(stopOf(provider, message))
    const known = `activity.problem.${code}`
    return code && te(known) ? t(known, { provider: providerName(provider) }) : message
  }

  /** Why the guard stopped, in its numbers. */
  function stopText(stop: Stop): string {
    const provider = providerName(stop.provider)
    switch (stop.kind) {
      case 'too_much': return t('review.reason.too_much', { provider, lowered: count(stop.lowered), of: count(stop.of) })
      case 'empty_list': return t('review.reason.empty_list', { provider, of: count(stop.of) })
      case 'said': return stop.message
    }
  }

  return { problemText, stopText }
}
