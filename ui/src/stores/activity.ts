// What happened and what still waits: runs and changes, the changes of a single run, requests used and how many are left,
// and what is to be tried again.
import { defineStore } from 'pinia'
import { ref, shallowRef, watch } from 'vue'
import { asAppError, useApi } from '@/api'
import type { AppError, Budgets, ChangeView, HistoryQuery, Provider, RunView, UsageHour, WaitingItem } from '@/contract'
import { useAttempts } from './attempt'
import { useSyncStore } from './sync'

/** How many runs or changes are fetched at once. */
export const PAGE = 200
/** How many hours of requests are shown. */
export const HOURS = 24

/** The changes of one run, as far as they were fetched. */
export interface RunChanges { changes: ChangeView[]; more: boolean; loading: boolean; error: AppError | null }

/** The changes that are looked for, of the whole history, as far as they were fetched. */
export interface Found { query: HistoryQuery; changes: ChangeView[]; more: boolean }

export const useActivityStore = defineStore('activity', () => {
  const api = useApi()
  const { loading, error, attempt } = useAttempts()
  const runs = shallowRef<RunView[]>([])
  const changes = shallowRef<ChangeView[]>([])
  const usage = shallowRef<UsageHour[]>([])
  const budgets = shallowRef<Budgets | null>(null)
  const waiting = shallowRef<WaitingItem[]>([])
  /** Null: nobody looks for any. */
  const found = shallowRef<Found | null>(null)
  const ofRun = ref<Record<string, RunChanges>>({})
  const loaded = ref(false)
  const retrying = ref(false)
  /** Whether there is older history than what was fetched. */
  const more = ref(false)

  let searched: HistoryQuery | null = null

  async function load(): Promise<void> {
    await attempt(async () => {
      const [history, hours, left, items] = await Promise.all([api.history(null, PAGE, 0), api.usage(HOURS), api.budgets(), api.waiting()])
      runs.value = history.runs
      changes.value = history.changes
      more.value = isFull(history)
      usage.value = hours
      budgets.value = left
      waiting.value = items
      ofRun.value = {}
      loaded.value = true
    })
    if (searched) await search(searched)
  }

  /** Searches all that was ever done; an answer to what is no longer asked is dropped. */
  async function search(query: HistoryQuery | null): Promise<void> {
    searched = query
    if (!query) found.value = null
    else if (!(await fetchFound(query, [])) && query === searched) found.value = null
  }

  function fetchFound(query: HistoryQuery, known: ChangeView[]): Promise<boolean> {
    return attempt(async () => {
      const { changes } = await api.historyOf(query, PAGE, known.length)
      if (query === searched) found.value = { query, changes: [...known, ...changes], more: changes.length === PAGE }
    })
  }

  async function older(): Promise<void> {
    if (found.value) return void (await fetchFound(found.value.query, found.value.changes))
    await attempt(async () => {
      const history = await api.history(null, PAGE, Math.max(runs.value.length, changes.value.length))
      runs.value = [...runs.value, ...history.runs]
      changes.value = [...changes.value, ...history.changes]
      more.value = isFull(history)
    })
  }

  /** Fetches a run's changes, or those after the ones that are there. */
  async function fetchChanges(run: string): Promise<void> {
    const known = ofRun.value[run] ?? { changes: [], more: true, loading: false, error: null }
    if (known.loading || !known.more) return
    ofRun.value[run] = { ...known, loading: true, error: null }
    try {
      const history = await api.history(run, PAGE, known.changes.length)
      adopt(history.runs)
      ofRun.value[run] = { changes: [...known.changes, ...history.changes], more: history.changes.length === PAGE, loading: false, error: null }
    } catch (failure) {
      ofRun.value[run] = { ...known, error: asAppError(failure) }
    }
  }

  /** A run that was asked for by its address may be older than all that were fetched. */
  function adopt(found: RunView[]): void {
    const unknown = found.filter((run) => !runs.value.some((each) => each.run_id === run.run_id))
    if (unknown.length) runs.value = [...runs.value, ...unknown]
  }

  async function retry(items: Pick<WaitingItem, 'manga_id' | 'provider'>[]): Promise<void> {
    retrying.value = true
    await attempt(async () => {
      for (const { manga_id: manga, provider } of items) await api.retry(manga, provider as Provider)
      waiting.value = await api.waiting()
    })
    retrying.value = false
  }

  // A run that ended has made history; while it runs there is none of it yet.
  const sync = useSyncStore()
  watch(() => sync.running, (running) => void (running || !loaded.value || load()))

  return { runs, changes, found, usage, budgets, waiting, ofRun, loaded, loading, retrying, more, error, load, older, search, fetchChanges, retry }
})

function isFull(history: { runs: unknown[]; changes: unknown[] }): boolean {
  return history.runs.length === PAGE || history.changes.length === PAGE
}
