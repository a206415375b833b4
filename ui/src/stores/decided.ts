// What the person said of titles that may be the same, and taking that back.
import { defineStore } from 'pinia'
import { ref, shallowRef, watch } from 'vue'
import { useApi } from '@/api'
import type { DecidedView } from '@/contract'
import { useAttempts } from './attempt'
import { useLibraryStore } from './library'
import { useMatchesStore } from './matches'
import { useSyncStore } from './sync'

/** What was taken back last. */
export interface TakenBack { how: 'reopened' | 'unlinked'; title: string; other: string }

export const useDecidedStore = defineStore('decided', () => {
  const api = useApi()
  const library = useLibraryStore()
  const { loading, error, attempt } = useAttempts()
  const all = shallowRef<readonly DecidedView[]>([])
  const loaded = ref(false)
  const takenBack = shallowRef<TakenBack | null>(null)

  function take(decided: DecidedView[]): void {
    all.value = decided
    loaded.value = true
  }

  const load = (): Promise<boolean> => attempt(async () => take(await api.decidedMatches()))

  /** The two are compared anew with the next sync. */
  const reopen = ({ manga_id, manga, provider, said }: DecidedView): Promise<boolean> => attempt(async () => {
    take(await api.reopenMatch(manga_id, provider, said.how === 'ignored' ? null : said.external_id))
    takenBack.value = { how: 'reopened', title: manga.title, other: '' }
  })

  const unlink = ({ manga_id, manga, provider, said }: DecidedView): Promise<boolean> => attempt(async () => {
    await api.unlink(manga_id, provider)
    takenBack.value = { how: 'unlinked', title: manga.title, other: said.how === 'ignored' ? '' : (said.title ?? said.external_id) }
    take(await api.decidedMatches())
    void library.count()
  })

  // What is decided now belongs to what was said; a sync may bring or take some of it.
  const matches = useMatchesStore()
  const sync = useSyncStore()
  watch([() => matches.decided, () => sync.running], () => void (loaded.value && load()))

  return { all, loaded, takenBack, loading, error, load, reopen, unlink }
})
