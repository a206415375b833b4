// The library as the window shows it: the question that is asked, how many entries answer it, and the few pages of the
// answer that are looked at. Nothing here grows with the library.
import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import { asAppError, useApi } from '@/api'
import type { AppError, EntryChange, EntryView, LibraryQuery } from '@/contract'
import { createEdits } from './edits'

export type Question = Omit<LibraryQuery, 'limit' | 'offset'>

/** How many entries are fetched at once. */
export const PAGE = 50
/** How many pages are kept; the ones furthest from what is shown go first. */
const KEPT = 48
/** How long the order rests after an edit made here, so that a second click hits the same title. In milliseconds. */
export const REST = 1500

export const everything = (): Question => ({ search: '', statuses: [], at: [], differs: false, sort: 'title', descending: false })

export const useLibraryStore = defineStore('library', () => {
  const api = useApi()
  const query = ref<Question>(everything())
  /** How many entries answer the question, or as many as are known until they are counted; null before the first answer. */
  const total = ref<number | null>(null)
  /** How many there were when they were last counted: this is what is said. */
  const counted = ref<number | null>(null)
  /** How many entries there are in all. */
  const size = ref<number | null>(null)
  /** What the application last said of entries that were changed. */
  const settled = shallowRef<EntryView[]>([])
  const pages = shallowRef<ReadonlyMap<number, EntryView[]>>(new Map())
  const loading = ref(false)
  const error = ref<AppError | null>(null)
  /** Counts the questions that were answered, so that a list can begin at its top again. */
  const answered = ref(0)
  const isFiltered = computed(() => {
    const { search, statuses, at, differs } = query.value
    return search.trim() !== '' || statuses.length > 0 || at.length > 0 || differs
  })
  const edits = createEdits(api, settle)

  let asked = 0
  let isCounted = false
  let shown = { from: 0, to: 0 }
  const coming = new Set<number>()

  /** Asks a new question, from the top. The old answer stays until the new one is there: first its titles, then how many
      they are, since counting takes longer than finding a page. */
  async function refresh(): Promise<void> {
    shown = { from: 0, to: 0 }
    const question = await ask([0], null)
    if (question === null) return
    answered.value += 1
    // A new question leaves the library as large as it was.
    if (isFiltered.value && size.value === null) void count()
    if (!isCounted) await countLater(question)
  }

  /** Asks the same again for what is looked at, because the library changed. */
  async function renew(): Promise<boolean> {
    const question = await ask(pagesOf(shown.from, shown.to), (total.value ?? 0) < PAGE ? null : howMany)
    if (question === null) return false
    if (isFiltered.value) void count()
    if (!isCounted) await countLater(question)
    return true
  }

  /** Answers which question it was; null: it failed, or its answer came after a newer question and is dropped. */
  async function ask(wanted: number[], counting: (() => Promise<number>) | null): Promise<number | null> {
    const mine = ++asked
    coming.clear()
    loading.value = true
    error.value = null
    try {
      const [answers, number] = await Promise.all([Promise.all(wanted.map(fetchPage)), counting?.() ?? null])
      if (mine !== asked) return null
      pages.value = new Map(wanted.map((page, at) => [page, answers[at]?.entries ?? []]))
      numbered(number ?? answers[0]?.total ?? null, answers[0]?.entries.length ?? 0)
      return mine
    } catch (failure) {
      if (mine === asked) error.value = asAppError(failure)
      return null
    } finally {
      if (mine === asked) loading.value = false
    }
  }

  const howMany = async () => (await api.library({ ...query.value, limit: 0, offset: 0 })).total ?? 0

  async function countLater(question: number): Promise<void> {
    try {
      const number = await howMany()
      if (question === asked) numbered(number, number)
    } catch (failure) {
      if (question === asked) error.value = asAppError(failure)
    }
  }

  /** So many answer the question; null: at least these, and how many is still to be counted. */
  function numbered(number: number | null, atLeast: number): void {
    isCounted = number !== null
    total.value = number ?? atLeast
    if (number === null) return
    counted.value = number
    if (!isFiltered.value) size.value = number
  }

  /** Fetches what is about to be shown and is not there yet. */
  async function ensure(from: number, to: number): Promise<void> {
    shown = { from, to }
    const wanted = pagesOf(from, to).filter((page) => !pages.value.has(page) && !coming.has(page))
    await Promise.all(wanted.map(bring))
  }

  async function bring(page: number): Promise<void> {
    const mine = asked
    coming.add(page)
    try {
      const answer = await fetchPage(page)
      if (mine !== asked) return
      pages.value = new Map(nearest([...pages.value, [page, answer.entries]]))
    } catch (failure) {
      if (mine === asked) error.value = asAppError(failure)
    } finally {
      if (mine === asked) coming.delete(page)
    }
  }

  const fetchPage = (page: number) => api.library({ ...query.value, limit: PAGE, offset: page * PAGE, uncounted: true })

  function pagesOf(from: number, to: number): number[] {
    const last = Math.max(0, Math.min(to, (total.value ?? 1) - 1))
    const first = Math.min(Math.floor(Math.max(0, from) / PAGE), Math.floor(last / PAGE))
    return Array.from({ length: Math.floor(last / PAGE) - first + 1 }, (_, at) => first + at)
  }

  function nearest(all: [number, EntryView[]][]): [number, EntryView[]][] {
    const middle = (shown.from + shown.to) / 2 / PAGE
    return all.sort(([a], [b]) => Math.abs(a - middle) - Math.abs(b - middle)).slice(0, KEPT)
  }

  /** The entry at this place of the answer, if it was fetched, as it reads with the edits under way. */
  function entryAt(position: number): EntryView | undefined {
    const entry = pages.value.get(Math.floor(position / PAGE))?.[position % PAGE]
    return entry && edits.over(entry)
  }

  /** Where an entry stands among those that were fetched; -1: it is not among them. */
  function placeOf(mangaId: string): number {
    for (const [page, entries] of pages.value) {
      const at = entries.findIndex((entry) => entry.manga_id === mangaId)
      if (at >= 0) return page * PAGE + at
    }
    return -1
  }

  /** The ids of the entries at these places of the answer, asked for where they are not at hand. */
  async function idsBetween(from: number, to: number): Promise<string[]> {
    const ids: string[] = []
    for (const page of pagesOf(from, to)) {
      const entries = pages.value.get(page) ?? (await fetchPage(page)).entries
      ids.push(...entries.slice(Math.max(0, from - page * PAGE), to - page * PAGE + 1).map((entry) => entry.manga_id))
    }
    return ids
  }

  /** The ids of all entries that answer the question, however many the application gives at once. */
  async function everyId(): Promise<string[]> {
    const ids: string[] = []
    for (;;) {
      const { entries } = await api.library({ ...query.value, limit: 1000, offset: ids.length, uncounted: true })
      if (!entries.length) return ids
      ids.push(...entries.map((entry) => entry.manga_id))
    }
  }

  async function count(): Promise<void> {
    try {
      size.value = (await api.library({ ...everything(), limit: 0, offset: 0 })).total
    } catch {
      // The number beside the page's name is a courtesy: what is wrong is said where the library itself is shown.
    }
  }

  let lastEdit = 0
  let resting: ReturnType<typeof setTimeout> | undefined

  function edit(entry: EntryView, change: EntryChange): Promise<boolean> {
    lastEdit = Date.now()
    return edits.edit(entry, change)
  }

  function settle(changed: EntryView[]): void {
    settled.value = changed
    const byId = new Map(changed.map((entry) => [entry.manga_id, entry]))
    const swap = (entry: EntryView) => byId.get(entry.manga_id) ?? entry
    pages.value = new Map([...pages.value].map(([page, entries]) =>
      [page, entries.some((entry) => byId.has(entry.manga_id)) ? entries.map(swap) : entries]))
  }

  function hear(): void {
    if (total.value === null) return void count()
    clearTimeout(resting)
    resting = setTimeout(() => void renew(), Math.max(0, lastEdit + REST - Date.now()))
  }
  api.on('library_changed', hear)

  return {
    query, total, counted, size, settled, loading, error, answered, isFiltered, trouble: edits.trouble,
    refresh, renew, ensure, entryAt, placeOf, idsBetween, everyId, count, edit, editMany: edits.editMany, over: edits.over, settle,
  }
})
