// What will become of the open title at one service, in one sentence: what is sent and when, or why nothing is.
import { computed, onBeforeUnmount, ref, type ComputedRef } from 'vue'
import { useI18n } from 'vue-i18n'
import { useTimes } from '@/composables/time'
import { useValues } from '@/composables/values'
import { useWords } from '@/composables/words'
import type { Provider, SideView } from '@/contract'
import { useIntegrationsStore } from '@/stores/integrations'
import { useSyncStore } from '@/stores/sync'

export type Tone = 'calm' | 'soon' | 'needs_you' | 'trouble'
export interface Fate { text: string; tone: Tone; review: boolean }

export function useFate(provider: () => Provider, side: () => SideView): ComputedRef<Fate> {
  const { t } = useI18n()
  const { relative, clock } = useTimes()
  const { fieldName } = useValues()
  const { providerName } = useWords()
  const sync = useSyncStore()
  const integrations = useIntegrationsStore()
  const now = ref(Date.now())
  const ticking = setInterval(() => (now.value = Date.now()), 1000)
  onBeforeUnmount(() => clearInterval(ticking))

  const fields = (names: readonly string[]) => names.map(fieldName).join(t('library.fate.and'))

  function when(at: string | null): string {
    if (sync.offline) return t('library.fate.when_online')
    if (sync.pausedUntil) return t('library.fate.when_resumed', { time: clock(sync.pausedUntil) })
    const left = at === null ? 0 : Math.ceil((new Date(at).getTime() - now.value) / 1000)
    if (at !== null && left > 60) return t('library.fate.when_at', { time: clock(at) })
    if (left > 0) return t('library.fate.when_in', { n: left })
    return t(integrations.statusOf(provider())?.auto_sync ? 'library.fate.when_soon' : 'library.fate.when_next')
  }

  return computed(() => {
    const of = side()
    const name = providerName(provider())
    const say = (tone: Tone, key: string, values: Record<string, string> = {}, review = false): Fate =>
      ({ tone, review, text: t(`library.fate.${key}`, { provider: name, ...values }) })

    if (!of.takes_part) return say('calm', 'apart')
    if (of.refused) return say('trouble', 'refused', { why: of.refused.message })
    if (of.awaits_approval) return say('needs_you', 'approve', {}, true)
    if (of.asked.length || of.held_entry === 'asked') return say('needs_you', 'asked', {}, true)
    if (of.held_entry) return say('calm', `held_${of.held_entry}`)
    if (of.failed) return say('trouble', 'failed', { why: of.failed.message, when: when(of.next_try_at) })
    if (of.creates) return say('soon', 'creates', { when: when(of.next_try_at) })
    if (of.will_send.length) return say('soon', 'sends', { what: fields(of.will_send.map((change) => change.field)), when: when(of.next_try_at) })
    if (of.held.length) return say('calm', 'held', { what: fields(of.held) })
    if (of.presence === 'absent') return say('calm', 'absent')
    if (of.presence === 'unknown') return say('calm', 'unknown')
    return say('calm', of.read_at ? 'in_step' : 'in_step_ever', { ago: of.read_at ? relative(of.read_at) : '' })
  })
}
