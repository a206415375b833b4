// What the palette offers: each action with its words, its icon and what it does.
import { computed, type ComputedRef } from 'vue'
import { useI18n } from 'vue-i18n'
import { useRouter } from 'vue-router'
import { PROVIDERS } from '@/contract'
import { PAGES } from '@/router'
import { useIntegrationsStore } from '@/stores/integrations'
import { useReviewStore } from '@/stores/review'
import { useSettingsStore } from '@/stores/settings'
import { useSyncStore } from '@/stores/sync'

export interface PaletteAction { label: string; icon: string; suffix?: string; disabled?: boolean; run: () => unknown }
export interface PaletteGroup { id: string; label: string; items: PaletteAction[] }

const ICONS: Record<(typeof PAGES)[number], string> = {
  library: 'i-lucide-library', review: 'i-lucide-list-checks', activity: 'i-lucide-history', integrations: 'i-lucide-plug',
  statistics: 'i-lucide-chart-column', settings: 'i-lucide-settings', help: 'i-lucide-circle-help',
}

export function usePaletteActions(): ComputedRef<PaletteGroup[]> {
  const { t } = useI18n()
  const router = useRouter()
  const integrations = useIntegrationsStore()
  const settings = useSettingsStore()
  const sync = useSyncStore()
  const review = useReviewStore()
  const name = (provider: (typeof PROVIDERS)[number]) => t(`common.provider.${provider}`)

  const syncing = (): PaletteAction[] => [
    { label: t('frame.sync_now'), icon: 'i-lucide-refresh-cw', disabled: !integrations.hasAnyConnection, run: () => integrations.triggerSync() },
    { label: t('frame.actions.full'), icon: 'i-lucide-scan-search', disabled: !integrations.hasAnyConnection, run: () => integrations.triggerSync(null, true) },
    ...integrations.connected.map((provider) => ({
      label: t('frame.actions.sync_one', { provider: name(provider) }), icon: 'i-lucide-refresh-cw', run: () => integrations.triggerSync(provider),
    })),
    ...(review.open ? [{ label: t('frame.actions.review', { n: review.open }, review.open), icon: 'i-lucide-list-checks', run: () => router.push('/review') }] : []),
    ...(sync.pausedUntil
      ? [{ label: t('frame.resume'), icon: 'i-lucide-play', run: () => sync.resume() }]
      : [
          { label: t('frame.actions.pause_hour'), icon: 'i-lucide-pause', run: () => sync.pause('hour') },
          { label: t('frame.actions.pause_tomorrow'), icon: 'i-lucide-pause', run: () => sync.pause('tomorrow') },
        ]),
  ]
  const accounts = (): PaletteAction[] => PROVIDERS.map((provider) => ({
    label: t(integrations.statusOf(provider)?.is_connected ? 'frame.actions.open_card' : 'frame.actions.connect', { provider: name(provider) }),
    icon: 'i-lucide-plug',
    run: () => router.push(`/integrations/${provider}`),
  }))
  const window = (): PaletteAction[] => [
    ...(['light', 'dark', 'system'] as const).map((theme) => ({
      label: t(`frame.actions.theme_${theme}`), icon: 'i-lucide-sun-moon', run: () => settings.change('theme', theme),
    })),
    { label: 'English', icon: 'i-lucide-languages', suffix: 'Language', run: () => settings.change('language', 'en') },
    { label: '日本語', icon: 'i-lucide-languages', suffix: 'Japanese', run: () => settings.change('language', 'ja') },
    { label: t('frame.actions.logs'), icon: 'i-lucide-folder-open', run: () => settings.showInFolder('logs') },
    { label: t('frame.actions.welcome'), icon: 'i-lucide-sparkles', run: () => router.push('/welcome') },
  ]

  return computed(() => [
    { id: 'go', label: t('frame.actions.go'), items: PAGES.map((page) => ({ label: t(`frame.pages.${page}`), icon: ICONS[page], run: () => router.push(`/${page}`) })) },
    { id: 'sync', label: t('frame.actions.sync'), items: syncing() },
    { id: 'accounts', label: t('frame.actions.accounts'), items: accounts() },
    { id: 'window', label: t('frame.actions.window'), items: window() },
  ])
}
