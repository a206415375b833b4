// The library as the window shows it: the question that is asked, how many entries answer it, and the entries that
// were fetched so far. Edits show at once and are taken back with a message when they could not be kept.
import { defineStore } from 'pinia'
import { ref, shallowRef } from 'vue'
import { asAppError, useApi } from '@/api'
import type { AppError, EntryChange, EntryView, LibraryQuery } from '@/contract'

/** How many entries are fetched at once. */
export const PAGE = 200

export const useLibraryStore = defineStore('library', () => {
  const api = useApi()
  const query = ref<Omit<LibraryQuery, 'limit' | 'offset'>>({
    search: '', statuses: [], at: [], differs: false, sort: 'title', descending: false,
  })
  const total = ref<number | null>(null)
  /** By position in the answer; what was not fetched yet is absent. */
  const entries = shallowRef<(EntryView | undefined)[]>([])
  const loading = ref(false)
  const error = ref<AppError | null>(null)

  let asked = 0

  /** Asks anew from the top, for a new question or a changed library. An answer that came late is dropped. */
  async function refresh(): Promise<void> {
    const mine = ++asked
    loading.value = true
    error.value = null
    try {
      const page = await api.library({ ...query.value, limit: PAGE, offset: 0 })
      if (mine !== asked) return
      total.value = page.total
      entries.value = page.entries
    } catch (failure) {
      if (mine === asked) error.value = asAppError(failure)
    } finally {
      if (mine === asked) loading.value = false
    }
  }

  /** Fetches the entries around a position that is about to be shown. */
  async function ensure(position: number): Promise<void> {
    const offset = Math.floor(position / PAGE) * PAGE
    if (entries.value[position] || position >= (total.value ?? 0)) return
    const mine = asked
    try {
      const page = await api.library({ ...query.value, limit: PAGE, offset })
      if (mine !== asked) return
      const all = entries.value.slice()
      page.entries.forEach((entry, at) => (all[offset + at] = entry))
      entries.value = all
    } catch (failure) {
      error.value = asAppError(failure)
    }
  }

  async function edit(mangaId: string, change: EntryChange): Promise<boolean> {
    const before = entries.value.find((entry) => entry?.manga_id === mangaId)
    if (before) put({ ...before, ...shown(change) })
    try {
      put(await api.editEntry(mangaId, change))
      return true
    } catch (failure) {
      if (before) put(before)
      error.value = asAppError(failure)
      return false
    }
  }

  function put(entry: EntryView): void {
    entries.value = entries.value.map((old) => (old?.manga_id === entry.manga_id ? entry : old))
  }

  api.on('library_changed', () => void (total.value !== null && refresh()))

  return { query, total, entries, loading, error, refresh, ensure, edit, put }
})

/** A change as it reads in the view: the two counts have other names there. */
export function shown({ chapters, volumes, ...same }: EntryChange): Partial<EntryView> {
  return {
    ...same,
    ...(chapters === undefined ? {} : { chapters_read: chapters }),
    ...(volumes === undefined ? {} : { volumes_read: volumes }),
  }
}
