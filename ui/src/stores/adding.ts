// Searching a service for a title that is not in the library yet, or for the one that an entry is linked with.
import { defineStore } from 'pinia'
import { ref } from 'vue'
import { asAppError, useApi } from '@/api'
import type { AppError, EntryView, Hit, Provider } from '@/contract'
import { useLibraryStore } from './library'

/** How long the keyboard rests before a service is asked: each question costs of its budget. In milliseconds. */
export const PAUSE = 400
/** The shortest text that every service searches for. */
export const SHORTEST = 3

export const useAddingStore = defineStore('adding', () => {
  const api = useApi()
  const library = useLibraryStore()
  /** Null: nothing was asked yet. */
  const hits = ref<Hit[] | null>(null)
  const searching = ref(false)
  const error = ref<AppError | null>(null)
  /** The hits that are being added, by id. */
  const busy = ref<string[]>([])
  let asked = 0
  let resting: ReturnType<typeof setTimeout> | undefined

  function search(provider: Provider, text: string): void {
    const mine = ++asked
    clearTimeout(resting)
    error.value = null
    if (text.trim().length < SHORTEST) {
      hits.value = null
      searching.value = false
      return
    }
    searching.value = true
    resting = setTimeout(() => void ask(mine, provider, text.trim()), PAUSE)
  }

  async function ask(mine: number, provider: Provider, text: string): Promise<void> {
    try {
      const found = await api.searchProvider(provider, text)
      if (mine === asked) hits.value = found
    } catch (failure) {
      if (mine !== asked) return
      error.value = asAppError(failure)
      hits.value = null
    } finally {
      if (mine === asked) searching.value = false
    }
  }

  /** Adds a hit to the library; gives the entry, or nothing with `error` set. */
  async function add(hit: Hit): Promise<EntryView | null> {
    busy.value = [...busy.value, hit.external_id]
    error.value = null
    try {
      const entry = await api.addEntry(hit.provider, hit.external_id)
      hits.value = hits.value?.map((each) => (each.external_id === hit.external_id ? { ...each, manga_id: entry.manga_id } : each)) ?? null
      void library.renew()
      void library.count()
      return entry
    } catch (failure) {
      error.value = asAppError(failure)
      return null
    } finally {
      busy.value = busy.value.filter((id) => id !== hit.external_id)
    }
  }

  function reset(): void {
    asked += 1
    clearTimeout(resting)
    hits.value = null
    searching.value = false
    error.value = null
  }

  return { hits, searching, error, busy, search, add, reset }
})
