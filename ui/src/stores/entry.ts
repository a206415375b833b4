// The one title that is open: what the library and each service hold of it, and what will be sent. Edits go the way of
// the library's own, so that list and drawer always read alike.
import { defineStore } from 'pinia'
import { computed, ref, watch } from 'vue'
import { asAppError, useApi } from '@/api'
import type { AppError, EntryChange, EntryDetail, EntryView, Provider } from '@/contract'
import { useLibraryStore } from './library'

export const useEntryStore = defineStore('entry', () => {
  const api = useApi()
  const library = useLibraryStore()
  const id = ref<string | null>(null)
  const detail = ref<EntryDetail | null>(null)
  const error = ref<AppError | null>(null)
  /** As it reads with the edits under way. */
  const entry = computed(() => (detail.value ? library.over(detail.value.entry) : null))
  /** The one on show is not yet the one that was opened. */
  const waiting = computed(() => id.value !== null && detail.value?.entry.manga_id !== id.value)
  let asked = 0

  async function open(mangaId: string): Promise<void> {
    id.value = mangaId
    error.value = null
    await load()
  }

  function close(): void {
    id.value = null
    detail.value = null
    error.value = null
  }

  async function load(): Promise<void> {
    const wanted = id.value
    if (!wanted) return
    const mine = ++asked
    try {
      const answer = await api.entryDetail(wanted)
      if (mine !== asked || id.value !== wanted) return
      detail.value = answer
      error.value = null
    } catch (failure) {
      if (mine !== asked) return
      error.value = asAppError(failure)
      if (waiting.value) detail.value = null
    }
  }

  /** Names the entry, since what was typed is also kept while another one opens. */
  async function edit(of: EntryView, change: EntryChange): Promise<boolean> {
    const kept = await library.edit(of, change)
    await load()
    return kept
  }

  async function remove(): Promise<boolean> {
    const gone = id.value
    if (!gone || !(await attempt(async () => void (await api.removeEntry(gone))))) return false
    close()
    await library.renew()
    return true
  }

  const link = (provider: Provider, externalId: string) => change((of) => api.link(of, provider, externalId))
  const unlink = (provider: Provider) => change((of) => api.unlink(of, provider))

  async function change(work: (of: string) => Promise<EntryDetail['entry']>): Promise<boolean> {
    const of = id.value
    if (!of) return false
    const done = await attempt(async () => library.settle([await work(of)]))
    await load()
    return done
  }

  /** Tells in the corner what could not be done; what is shown stays as it is. */
  async function attempt(work: () => Promise<void>): Promise<boolean> {
    try {
      await work()
      return true
    } catch (failure) {
      library.trouble = { title: entry.value?.title ?? '', error: asAppError(failure), retry: () => void attempt(work).then(load) }
      return false
    }
  }

  // Without this the old value would show for a moment between "kept" and the next look.
  watch(() => library.settled, (changed) => {
    const own = changed.find((each) => each.manga_id === detail.value?.entry.manga_id)
    if (own && detail.value) detail.value = { ...detail.value, entry: own }
  }, { flush: 'sync' })
  api.on('library_changed', () => void load())
  api.on('sync_state_changed', () => void load())

  return { id, detail, entry, waiting, error, open, close, load, edit, remove, link, unlink }
})
