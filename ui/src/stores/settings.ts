// What the person chose for the window itself. Every choice takes effect at once; the store says when it is kept.
import { defineStore } from 'pinia'
import { ref, watch } from 'vue'
import { useApi } from '@/api'
import type { About, AppSettings, Check, KeyProtection, SampleAccounts } from '@/contract'
import { speak } from '@/i18n'
import { applyTheme } from '@/theme'
import { useAttempts } from './attempt'

export const useSettingsStore = defineStore('settings', () => {
  const api = useApi()
  const { error, attempt } = useAttempts()
  const app = ref<AppSettings | null>(null)
  const about = ref<About | null>(null)
  const checks = ref<Check[] | null>(null)
  const protection = ref<KeyProtection | null>(null)
  const samples = ref<SampleAccounts>({ running: false })
  /** The setting that was kept last, so that its row can say so. */
  const kept = ref<keyof AppSettings | null>(null)

  async function load(): Promise<void> {
    await attempt(async () => {
      app.value = await api.appSettings()
    })
    // The window opens whatever these say.
    await Promise.allSettled([
      api.protection().then((state) => (protection.value = state)),
      api.sampleAccounts().then((state) => (samples.value = state)),
    ])
  }

  /** Takes effect at once and rolls back with a message when it could not be kept. */
  async function change<K extends keyof AppSettings>(key: K, value: AppSettings[K]): Promise<void> {
    const before = app.value
    if (!before) return
    app.value = { ...before, [key]: value }
    const done = await attempt(async () => {
      app.value = await api.updateAppSettings({ [key]: value })
    })
    if (!done) app.value = before
    kept.value = done ? key : null
  }

  async function loadAbout(): Promise<void> {
    await attempt(async () => void (about.value = await api.about()))
  }

  async function runDoctor(): Promise<void> {
    checks.value = null
    await attempt(async () => void (checks.value = await api.doctor()))
  }

  async function unlock(passphrase: string): Promise<boolean> {
    return attempt(async () => void (protection.value = await api.unlock(passphrase)))
  }

  async function startSamples(): Promise<boolean> {
    return attempt(async () => void (samples.value = await api.sampleAccountsStart()))
  }

  async function removeSamples(): Promise<boolean> {
    return attempt(async () => void (samples.value = await api.sampleAccountsRemove()))
  }

  async function showInFolder(what: 'database' | 'logs'): Promise<void> {
    await attempt(() => api.showInFolder(what))
  }

  async function openLink(url: string): Promise<void> {
    await attempt(() => api.openLink(url))
  }

  /** Keeps the answer to what closing means, then closes. */
  async function closeWindow(toTray: boolean): Promise<void> {
    await change('close_to_tray', toTray)
    await attempt(() => api.closeWindow())
  }

  watch(() => app.value?.language, (language) => void (language && speak(language)))
  watch(() => app.value?.theme, (theme) => theme && applyTheme(theme))
  api.on('settings_changed', () => void load())

  return {
    app, about, checks, protection, samples, error, kept,
    load, change, loadAbout, runDoctor, unlock, startSamples, removeSamples, showInFolder, openLink,
    closeWindow,
  }
})
