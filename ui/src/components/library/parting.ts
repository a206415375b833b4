// What becomes of titles at the services once they leave the library, as the application says it for each service.
import { useI18n } from 'vue-i18n'
import { PROVIDERS, type IntegrationView, type Provider } from '@/contract'
import { useWords } from '@/composables/words'
import { useIntegrationsStore } from '@/stores/integrations'

const ENDS = ['ask', 'follow', 'follow_later', 'keep', 'apart'] as const

/** Says it for these services, as far as they are connected. */
export function useParting(): (at: readonly Provider[]) => string {
  const { t, locale } = useI18n()
  const { providerName } = useWords()
  const integrations = useIntegrationsStore()

  return (at) => {
    const list = new Intl.ListFormat(locale.value, { type: 'conjunction' })
    const endAt = (provider: Provider) => endOf(integrations.statusOf(provider))
    const sentences = ENDS.flatMap((end) => {
      const providers = PROVIDERS.filter((provider) => at.includes(provider) && endAt(provider) === end).map(providerName)
      return providers.length ? [t(`library.parting.${end}`, { providers: list.format(providers) })] : []
    })
    return sentences.join(' ')
  }
}

function endOf(status: IntegrationView | null): (typeof ENDS)[number] | null {
  if (!status?.is_connected) return null
  if (status.on_removal === 'follow' && status.state === 'sign_in_again') return 'follow_later'
  return status.on_removal ?? 'apart'
}
