// Puts the window together around an application, the real one or the tests' fake.
import ui from '@nuxt/ui/vue-plugin'
import { createPinia } from 'pinia'
import { createApp } from 'vue'
import { apiKey, type Api } from './api'
import App from './App.vue'
import { createI18nFor } from './i18n'
import { createAppRouter } from './router'
import { useSettingsStore } from './stores/settings'
import './assets/main.css'

export async function start(api: Api): Promise<void> {
  const i18n = await createI18nFor('system')
  const app = createApp(App)
  app.provide(apiKey, api)
  app.use(createPinia()).use(i18n)
  // The settings come first, so that the first picture has the right language, theme and page.
  await app.runWithContext(() => useSettingsStore().load())
  const router = createAppRouter()
  app.use(router).use(ui)
  app.mount('#app')
}
