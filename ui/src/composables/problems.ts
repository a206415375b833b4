// What went wrong at a service, in the reader's language where it is a trouble that we know. What a service itself said
// stays as it was said.
import { useI18n } from 'vue-i18n'
import type { Provider, ProviderReport, Stop } from '@/contract'
import { useWords } from './words'

export function useProblems() {
  const { t, te } = useI18n()
  const { count, providerName } = useWords()

  /** Every trouble of a service's report. A stop of the guard is told in its numbers. */
  function problemsOf(provider: Provider, { errors, waits }: ProviderReport): string[] {
    return errors.flatMap(({ code, message }) => {
      if (code === 'guard' && waits?.why === 'guard') return [stopText(provider, waits.stop)]
      return problemText(provider, code, message) ?? []
    })
  }

  function problemText(provider: Provider, code: string | null, message: string | null): string | null {
    const known = `activity.problem.${code}`
    return code && te(known) ? t(known, { provider: providerName(provider) }) : message
  }

  /** Why the guard stopped, in its numbers. */
  function stopText(at: Provider, stop: Stop): string {
    const provider = providerName(at)
    switch (stop.kind) {
      case 'too_much': return t('review.reason.too_much', { provider, lowered: count(stop.lowered), of: count(stop.of), allowed: count(stop.allowed) })
      case 'empty_listing': return t('review.reason.empty_list', { provider, of: count(stop.of) })
    }
  }

  return { problemsOf, problemText, stopText }
}
