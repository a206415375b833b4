// Starts a page or a store over the fake application, as the real window would.
import ui from '@nuxt/ui/vue-plugin'
import { flushPromises, mount, type VueWrapper } from '@vue/test-utils'
import { createPinia, setActivePinia, type Pinia } from 'pinia'
import { createApp, defineComponent, h, type App, type Component } from 'vue'
import { apiKey } from '@/api'
import { fakeApi, type FakeApi } from '@/fake/api'
import { worldOf, type World, type WorldName } from '@/fake/worlds'
import { createI18nFor } from '@/i18n'
import { createAppRouter } from '@/router'
import { useSettingsStore } from '@/stores/settings'
import UApp from '@nuxt/ui/components/App.vue'

/** A store with the fake behind it, for tests that need no page. */
export function storeOver<T>(use: () => T, name: WorldName = 'full', change: (world: World) => void = () => {}): { store: T; api: FakeApi } {
  const world = worldOf(name)
  change(world)
  const api = fakeApi(world)
  const app: App = createApp({ render: () => null })
  const pinia: Pinia = createPinia()
  app.provide(apiKey, api)
  app.use(pinia)
  setActivePinia(pinia)
  return { store: app.runWithContext(use), api }
}

export interface Shown { page: VueWrapper; api: FakeApi; find: (id: string) => HTMLElement | null; get: (id: string) => HTMLElement; click: (id: string) => Promise<void>; type: (id: string, text: string) => Promise<void> }

/** What the test before showed: it goes, with all that it put beside itself. */
let last: VueWrapper | undefined

/** A page or component as the window shows it, at this address of the fake world. */
export async function show(component: Component, options: { world?: WorldName; change?: (world: World) => void; path?: string; props?: Record<string, unknown>; language?: 'en' | 'ja' } = {}): Promise<Shown> {
  const world = worldOf(options.world ?? 'full')
  world.app.language = options.language ?? 'en'
  options.change?.(world)
  const api = fakeApi(world)
  const pinia = createPinia()
  const i18n = await createI18nFor(options.language ?? 'en')
  const shell = createApp({ render: () => null })
  shell.provide(apiKey, api)
  shell.use(pinia)
  setActivePinia(pinia)
  await shell.runWithContext(() => useSettingsStore().load())
  const router = createAppRouter()
  await router.push(options.path ?? '/help')
  last?.unmount()
  document.body.innerHTML = ''
  const framed = defineComponent(() => () => h(UApp, () => h(component, options.props)))
  const page = mount(framed, {
    attachTo: document.body,
    global: { plugins: [pinia, i18n, router, ui], provide: { [apiKey as symbol]: api } },
  })
  last = page
  await flushPromises()
  const find = (id: string) => document.querySelector<HTMLElement>(`[data-testid="${id}"]`)
  const get = (id: string): HTMLElement => {
    const element = find(id)
    if (!element) throw new Error(`nothing on the page is called ${id}`)
    return element
  }
  return {
    page, api, find, get,
    click: async (id) => {
      get(id).click()
      await flushPromises()
    },
    type: async (id, text) => {
      const field = get(id) as HTMLInputElement
      const input = field.matches('input, textarea') ? field : field.querySelector<HTMLInputElement>('input, textarea')
      if (!input) throw new Error(`${id} takes no text`)
      input.value = text
      input.dispatchEvent(new Event('input', { bubbles: true }))
      await flushPromises()
    },
  }
}

/** A call that answers only when it is told to, the oldest first. */
export function held(api: FakeApi, name: 'library' | 'editEntry' | 'snapshot'): () => Promise<void> {
  const real = api[name] as (...args: unknown[]) => Promise<unknown>
  const waiting: (() => void)[] = []
  Object.assign(api, {
    [name]: async (...args: unknown[]) => {
      await new Promise<void>((done) => waiting.push(done))
      return real(...args)
    },
  })
  return async () => {
    waiting.shift()?.()
    await flushPromises()
  }
}

/** A key, pressed where the keyboard is or on an element of the page. */
export async function press(key: string, on: HTMLElement = document.body): Promise<void> {
  on.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }))
  await flushPromises()
}
