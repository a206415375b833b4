// What becomes of titles at the services once they leave the library, by what was chosen for each service.
import { useI18n } from 'vue-i18n'
import { PROVIDERS, type Provider } from '@/contract'
import { useWords } from '@/composables/words'
import { useIntegrationsStore } from '@/stores/integrations'

const POLICIES = ['ask', 'follow', 'keep'] as const

/** Says it for these services, as far as they take part in syncing. */
export function useParting(): (at: readonly Provider[]) => string {
  const { t, locale } = useI18n()
  const { providerName } = useWords()
  const integrations = useIntegrationsStore()

  return (at) => {
    const taking = PROVIDERS.filter((provider) => at.includes(provider) && integrations.statusOf(provider)?.is_connected)
    const list = new Intl.ListFormat(locale.value, { type: 'conjunction' })
    const sentences = POLICIES.flatMap((policy) => {
      const providers = taking.filter((provider) => integrations.statusOf(provider)?.removal === policy).map(providerName)
      return providers.length ? [t(`library.parting.${policy}`, { providers: list.format(providers) })] : []
    })
    return sentences.join(' ')
  }
}
