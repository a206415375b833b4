// Who set a value or brought it back, and when, in a few words: "you, 5 minutes ago", "AniList, 14:02".
import { useI18n } from 'vue-i18n'
import { PROVIDERS } from '@/contract'
import { useTimes } from './time'
import { useWords } from './words'

export function useOrigins() {
  const { t } = useI18n()
  const { relative } = useTimes()
  const { providerName } = useWords()

  function setBy(origin: string, at: string, broughtBack = false): string {
    if (broughtBack) return t('common.set.brought_back', { when: relative(at) })
    const provider = PROVIDERS.find((each) => each === origin)
    return t(provider ? 'common.set.by' : 'common.set.by_you', { when: relative(at), provider: provider ? providerName(provider) : '' })
  }

  return { setBy }
}
