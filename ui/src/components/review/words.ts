// The words of the plan that its head and its list share.
import { useI18n } from 'vue-i18n'
import type { PlanGroup } from './plan'
import { useWords } from '@/composables/words'

export function useGroupWords() {
  const { t } = useI18n()
  const { count, providerName } = useWords()

  /** How much happens of one kind, in words. */
  const groupText = ({ action, provider, count: n }: PlanGroup): string => t(`review.group.${action}`, { n: count(n), provider: providerName(provider) }, n)

  return { groupText }
}
