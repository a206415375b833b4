// A change of the history in words: what changed, from what to what, and why.
import { useI18n } from 'vue-i18n'
import { PROVIDERS, type ChangeView, type Provider } from '@/contract'
import { useValues } from './values'
import { useWords } from './words'

const CAUSES = ['pull', 'adopted', 'push', 'push_effect', 'push_created', 'push_removed', 'created', 'restored', 'conflict_lost', 'edit', 'added', 'removed', 'linked', 'unlinked', 'moved', 'undo', 'decided', 'reopened'] as const
/** Causes of lines that tell of a link, and of no entry. */
const LINKS: ReadonlySet<string> = new Set(['linked', 'unlinked', 'moved'])

export function useChanges() {
  const { t } = useI18n()
  const { fieldName, valueText, entryText } = useValues()
  const { providerName } = useWords()

  /** Why it changed, as a sentence. What was sent names whose change it carries. */
  function reason(change: ChangeView): string {
    const cause = CAUSES.find((each) => each === change.cause)
    if (!cause) return t('activity.cause.other')
    const origin = isProvider(change.origin) ? providerName(change.origin) : null
    const provider = change.provider ? providerName(change.provider) : t('activity.library')
    if (cause === 'push') return t(`activity.cause.${!origin ? 'push' : origin === provider ? 'push_back' : 'push_on'}`, { origin: origin ?? '', provider })
    return t(`activity.cause.${cause}`, { origin: origin ?? t('activity.you'), provider })
  }

  /** The name of what changed: a field, or the entry as a whole. */
  function what(change: ChangeView): string {
    if (change.field) return fieldName(change.field)
    return t(LINKS.has(change.cause) ? 'activity.link' : 'activity.entry')
  }

  function side(change: ChangeView, value: unknown): string {
    return change.field ? valueText(change.field, value) : entryText(value)
  }

  return { reason, what, before: (change: ChangeView) => side(change, change.before), after: (change: ChangeView) => side(change, change.after) }
}

function isProvider(origin: string): origin is Provider {
  return PROVIDERS.some((provider) => provider === origin)
}
