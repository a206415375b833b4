// The entries that were picked to be changed together. "All" is remembered as such: their ids are asked for when
// something is done with them, so that picking 50,000 costs nothing.
import { defineStore } from 'pinia'
import { computed, ref, shallowRef, watch } from 'vue'
import { asAppError, useApi } from '@/api'
import type { EntryChange } from '@/contract'
import { useLibraryStore } from './library'

export const useSelectionStore = defineStore('selection', () => {
  const api = useApi()
  const library = useLibraryStore()
  const isAll = ref(false)
  /** The picked ones; while all are picked, the ones left out. */
  const ids = shallowRef<ReadonlySet<string>>(new Set())
  /** What is being done, and how far it got. */
  const progress = ref<{ done: number; total: number } | null>(null)
  let anchor = 0

  const count = computed(() => (isAll.value ? Math.max(0, (library.total ?? 0) - ids.value.size) : ids.value.size))
  const has = (id: string): boolean => ids.value.has(id) !== isAll.value

  function toggle(id: string, place: number): void {
    anchor = place
    const next = new Set(ids.value)
    if (!next.delete(id)) next.add(id)
    ids.value = next
  }

  /** Picks everything from where the last one was picked to here. */
  async function extend(place: number): Promise<void> {
    const between = await library.idsBetween(Math.min(anchor, place), Math.max(anchor, place))
    const next = new Set(ids.value)
    for (const id of between) {
      if (isAll.value) next.delete(id)
      else next.add(id)
    }
    ids.value = next
  }

  function from(place: number): void {
    anchor = place
  }

  function all(): void {
    isAll.value = true
    ids.value = new Set()
  }

  function clear(): void {
    isAll.value = false
    ids.value = new Set()
  }

  async function picked(): Promise<string[]> {
    if (!isAll.value) return [...ids.value]
    return (await library.everyId()).filter((id) => !ids.value.has(id))
  }

  /** Makes the same change to every picked entry. */
  async function change(wanted: EntryChange): Promise<boolean> {
    return during(async (every, told) => library.editMany(every, wanted, told))
  }

  /** Removes every picked entry from the library. */
  async function remove(): Promise<boolean> {
    return during(async (every, told) => {
      for (const [at, id] of every.entries()) {
        await api.removeEntry(id)
        told(at + 1)
      }
      clear()
      return true
    })
  }

  async function during(work: (every: string[], told: (done: number) => void) => Promise<boolean>): Promise<boolean> {
    progress.value = { done: 0, total: count.value }
    try {
      const every = await picked()
      return await work(every, (done) => (progress.value = { done, total: every.length }))
    } catch (failure) {
      library.trouble = { title: '', error: asAppError(failure), retry: () => void during(work) }
      return false
    } finally {
      progress.value = null
      await library.renew()
    }
  }

  watch(() => ({ ...library.query }), clear)

  return { count, isAll, progress, has, toggle, extend, from, all, clear, change, remove }
})
