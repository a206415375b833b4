// The three connected accounts, cached for the whole window. State, getters and actions keep the names of the
// product's specification; what the cards need besides stands below them.
import { defineStore } from 'pinia'
import { computed, ref, watch, type Ref } from 'vue'
import { asAppError, useApi } from '@/api'
import {
  PROVIDERS,
  type AccountHealth, type AppError, type Budgets, type IntegrationChange, type IntegrationView, type LoginBegun, type Provider,
  type ProviderReport, type Report, type SignInAddresses, type WayBack,
} from '@/contract'
import { useSyncStore } from './sync'

/** What came was no return of a sign-in, so the one that waits still does. */
const waitsOn = (failure: AppError | null): boolean => failure?.code === 'not_a_return' || failure?.code === 'return_incomplete'

/** A rule of null is none of its own, which leaves the card's. */
export function changed(view: IntegrationView, { own_rules, ...change }: IntegrationChange): IntegrationView {
  const rules = Object.entries({ ...view.own_rules, ...own_rules }).filter(([, rule]) => rule !== null)
  return { ...view, ...change, own_rules: Object.fromEntries(rules) }
}

export const useIntegrationsStore = defineStore('integrations', () => {
  const api = useApi()
  const sync = useSyncStore()
  const anilistStatus = ref<IntegrationView | null>(null)
  const malStatus = ref<IntegrationView | null>(null)
  const kitsuStatus = ref<IntegrationView | null>(null)
  const loading = ref(false)
  const error = ref<AppError | null>(null)
  const syncInProgress = computed(() => sync.running)

  const isAnilistConnected = computed(() => anilistStatus.value?.is_connected ?? false)
  const isMALConnected = computed(() => malStatus.value?.is_connected ?? false)
  const isKitsuConnected = computed(() => kitsuStatus.value?.is_connected ?? false)
  const hasAnyConnection = computed(() => isAnilistConnected.value || isMALConnected.value || isKitsuConnected.value)

  const keepInStep = ref(false)
  /** The share of a service's titles that a sync may take something from without asking, in hundredths. */
  const guardPercent = ref(10)
  const budgets = ref<Budgets | null>(null)
  const health = ref<AccountHealth[]>([])
  const healthOf = (provider: Provider): AccountHealth | null => health.value.find((each) => each.provider === provider) ?? null
  const addresses = ref<Partial<Record<Provider, SignInAddresses>>>({})
  /** What went wrong at one provider, shown in its card and nowhere else. */
  const troubles = ref<Partial<Record<Provider, AppError>>>({})
  /** Sign-ins that wait for the browser. */
  const pending = ref<Partial<Record<Provider, LoginBegun>>>({})
  const busy = ref<Partial<Record<Provider, boolean>>>({})

  const statuses = { anilist: anilistStatus, myanimelist: malStatus, kitsu: kitsuStatus } as const
  const statusOf = (provider: Provider): IntegrationView | null => statuses[provider].value
  const connected = computed(() => PROVIDERS.filter((provider) => statusOf(provider)?.is_connected))
  const lastReportOf = (provider: Provider): ProviderReport | null => sync.last?.providers?.[provider] ?? null

  async function fetchIntegrationSettings(): Promise<void> {
    loading.value = true
    error.value = null
    try {
      const settings = await api.getSettings()
      for (const provider of PROVIDERS) statuses[provider].value = settings[provider]
      keepInStep.value = settings.keep_in_step
      guardPercent.value = settings.guard_percent
      await Promise.all([fetchBudgets(), fetchHealth()])
    } catch (failure) {
      error.value = asAppError(failure)
    } finally {
      loading.value = false
    }
  }

  async function fetchHealth(): Promise<void> {
    health.value = await api.health()
  }

  async function fetchBudgets(): Promise<void> {
    budgets.value = await api.budgets()
  }

  /** Begins the sign-in at AniList, or with what the browser came back with, finishes it. */
  const connectAnilist = (returned?: string): Promise<boolean> => signIn('anilist', returned)
  /** The same at MyAnimeList. */
  const connectMAL = (returned?: string): Promise<boolean> => signIn('myanimelist', returned)

  async function connectKitsu(credentials: { username: string; password: string }): Promise<boolean> {
    return at('kitsu', async () => {
      kitsuStatus.value = await api.connectKitsu(credentials.username.trim(), credentials.password)
    })
  }

  async function triggerSync(provider: Provider | null = null, full = false): Promise<Report | null> {
    if (provider) forget(provider)
    const report = await sync.start(provider, full)
    if (!report && sync.error && provider) troubles.value = { ...troubles.value, [provider]: sync.error }
    await fetchIntegrationSettings()
    return report
  }

  async function disconnectIntegration(provider: Provider): Promise<boolean> {
    return at(provider, async () => void (statuses[provider].value = await api.disconnect(provider)))
  }

  async function signIn(provider: Provider, returned?: string): Promise<boolean> {
    return at(provider, async () => {
      if (returned === undefined) {
        pending.value = { ...pending.value, [provider]: await api.connect(provider) }
      } else {
        await api.finishLogin(returned.trim())
        cancelSignIn(provider)
        await fetchIntegrationSettings()
      }
    })
  }

  function cancelSignIn(provider: Provider): void {
    const { [provider]: _, ...rest } = pending.value
    pending.value = rest
  }

  async function setUpClient(provider: Provider, id: string, secret: string | null): Promise<boolean> {
    return at(provider, async () => void (statuses[provider].value = await api.setUpClient(provider, id, secret)))
  }

  async function fetchAddresses(provider: Provider): Promise<void> {
    await at(provider, async () => {
      addresses.value = { ...addresses.value, [provider]: await api.signInAddresses(provider) }
    })
  }

  /** Says which return address the person registered: the service compares it letter by letter. */
  async function chooseWayBack(provider: Provider, way: WayBack): Promise<void> {
    if (provider === 'kitsu') return
    await at(provider, async () => void (await api.updateAppSettings({ [`${provider}_way_back`]: way })))
    await fetchAddresses(provider)
  }

  /** Shows the change at once, and takes it back with a message when it could not be kept. */
  async function update(provider: Provider, change: IntegrationChange): Promise<boolean> {
    const status = statuses[provider]
    const before = status.value
    if (!before) return false
    status.value = changed(before, change)
    const done = await at(provider, async () => void (status.value = await api.updateIntegration(provider, change)))
    if (!done) status.value = before
    return done
  }

  const setKeepInStep = (on: boolean): Promise<void> => choose(keepInStep, on, api.setKeepInStep)
  const setGuard = (percent: number): Promise<void> => choose(guardPercent, percent, api.setGuard)

  /** Shows the choice at once, and takes it back with a message when it could not be kept. */
  async function choose<T>(choice: Ref<T>, wanted: T, keep: (wanted: T) => Promise<T>): Promise<void> {
    const before = choice.value
    choice.value = wanted
    error.value = null
    try {
      choice.value = await keep(wanted)
    } catch (failure) {
      choice.value = before
      error.value = asAppError(failure)
    }
  }

  /** Does something at one provider; what goes wrong is shown in its card. */
  async function at(provider: Provider, work: () => Promise<void>): Promise<boolean> {
    forget(provider)
    busy.value = { ...busy.value, [provider]: true }
    try {
      await work()
      return true
    } catch (failure) {
      troubles.value = { ...troubles.value, [provider]: asAppError(failure) }
      return false
    } finally {
      busy.value = { ...busy.value, [provider]: false }
    }
  }

  function forget(provider: Provider): void {
    const { [provider]: _, ...rest } = troubles.value
    troubles.value = rest
  }

  api.on('settings_changed', () => void fetchIntegrationSettings())
  watch(() => sync.running, (running) => void (running || fetchIntegrationSettings()))
  api.on('sign_in_ended', ({ provider, error: failure }) => {
    // Where the address did not say, it is about the sign-in that waits.
    const at = provider ?? PROVIDERS.find((each) => pending.value[each])
    if (at && !waitsOn(failure)) cancelSignIn(at)
    if (at && failure) troubles.value = { ...troubles.value, [at]: failure }
    if (!at) error.value = failure
    void fetchIntegrationSettings()
  })

  return {
    anilistStatus, malStatus, kitsuStatus, loading, error, syncInProgress,
    isAnilistConnected, isMALConnected, isKitsuConnected, hasAnyConnection,
    fetchIntegrationSettings, connectAnilist, connectMAL, connectKitsu, triggerSync, disconnectIntegration,
    keepInStep, guardPercent, budgets, addresses, troubles, pending, busy, connected,
    statusOf, healthOf, lastReportOf, signIn, cancelSignIn, setUpClient, fetchAddresses, chooseWayBack, fetchBudgets, update, setKeepInStep, setGuard, forget,
  }
})
