// What happened and what still waits: runs with their changes, requests used, and what is to be tried again.
import { defineStore } from 'pinia'
import { ref } from 'vue'
import { asAppError, useApi } from '@/api'
import type { AppError, ChangeView, Provider, RunView, UsageHour, WaitingItem } from '@/contract'

const PAGE = 100

export const useActivityStore = defineStore('activity', () => {
  const api = useApi()
  const runs = ref<RunView[]>([])
  const changes = ref<ChangeView[]>([])
  const usage = ref<UsageHour[]>([])
  const waiting = ref<WaitingItem[]>([])
  const loading = ref(false)
  const error = ref<AppError | null>(null)

  async function load(): Promise<void> {
    loading.value = true
    error.value = null
    try {
      const [history, hours, items] = await Promise.all([api.history(null, PAGE, 0), api.usage(48), api.waiting()])
      runs.value = history.runs
      changes.value = history.changes
      usage.value = hours
      waiting.value = items
    } catch (failure) {
      error.value = asAppError(failure)
    } finally {
      loading.value = false
    }
  }

  async function retry(mangaId: string, provider: Provider): Promise<void> {
    try {
      await api.retry(mangaId, provider)
      waiting.value = await api.waiting()
    } catch (failure) {
      error.value = asAppError(failure)
    }
  }

  return { runs, changes, usage, waiting, loading, error, load, retry }
})
