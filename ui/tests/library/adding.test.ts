import { flushPromises } from '@vue/test-utils'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import AddDialog from '@/components/library/AddDialog.vue'
import { BROKEN } from '@/fake/worlds'
import { PAUSE, useAddingStore } from '@/stores/adding'
import { useIntegrationsStore } from '@/stores/integrations'
import { show, storeOver, type Shown } from '../world'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())
const rest = () => vi.advanceTimersByTimeAsync(PAUSE + 10)
const asked = (api: Shown['api']) => api.calls.filter((call) => call.name === 'searchProvider').map((call) => call.args)

describe('searching a service', () => {
  it('asks once one has stopped typing, and not for less than three letters', async () => {
    const { store, api } = storeOver(useAddingStore, 'one')
    for (const text of ['fo', 'fox', 'fox d', 'fox di']) store.search('anilist', text)
    await rest()
    store.search('anilist', 'fo')
    await rest()
    expect(asked(api)).toEqual([['anilist', 'fox di']])
    expect(store.hits).toBeNull()
  })

  it('shows only what the newest question found', async () => {
    const { store, api } = storeOver(useAddingStore, 'one')
    api.world.delay = 1000
    store.search('anilist', 'fox')
    await rest()
    store.search('kitsu', 'harbour')
    await vi.advanceTimersByTimeAsync(5000)
    expect(store.hits?.every((hit) => hit.provider === 'kitsu')).toBe(true)
  })

  it('marks what is in the library, and what was just added', async () => {
    const { store } = storeOver(useAddingStore, 'one')
    store.search('anilist', 'fox')
    await rest()
    const hit = store.hits?.find((each) => !each.manga_id)
    expect(store.hits?.[0]?.manga_id).not.toBeNull()
    expect(hit && (await store.add(hit))).toBeTruthy()
    expect(store.hits?.find((each) => each.external_id === hit?.external_id)?.manga_id).not.toBeNull()
  })

  it('says why nothing was found when the service is down', async () => {
    const { store, api } = storeOver(useAddingStore, 'one')
    api.world.failures.searchProvider = BROKEN
    store.search('anilist', 'fox')
    await rest()
    expect(store.error).toEqual(BROKEN)
    expect(store.searching).toBe(false)
  })
})

describe('the dialog', () => {
  async function dialog(props: Record<string, unknown> = {}): Promise<Shown> {
    const page = await show(AddDialog, { world: 'one', props: { text: '', link: null, ...props } })
    await useIntegrationsStore().fetchIntegrationSettings()
    await flushPromises()
    return page
  }

  it('offers the connected services, and says what to type', async () => {
    const page = await dialog()
    expect(page.find('add-at-anilist')).not.toBeNull()
    expect(page.find('add-at-kitsu')).toBeNull()
    expect(document.body.textContent).toContain('Type at least 3 letters')
  })

  it('says that a service knows no such title', async () => {
    const page = await dialog()
    await page.type('add-search', 'qqqqq')
    await rest()
    await flushPromises()
    expect(page.get('add-none').textContent).toContain('AniList knows no title like “qqqqq”')
  })

  it('begins with what was searched for in the library', async () => {
    const page = await dialog({ text: 'fox' })
    await rest()
    await flushPromises()
    expect(asked(page.api)).toEqual([['anilist', 'fox']])
    expect(document.querySelectorAll('[data-testid="hit-add"]').length).toBeGreaterThan(0)
  })
})
