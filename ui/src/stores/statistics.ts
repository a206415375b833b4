// The library in numbers. They are asked for when the page is opened, and again when the library has changed under it.
import { defineStore } from 'pinia'
import { ref, shallowRef } from 'vue'
import { asAppError, useApi } from '@/api'
import type { AppError, Statistics } from '@/contract'

export const useStatisticsStore = defineStore('statistics', () => {
  const api = useApi()
  const figures = shallowRef<Statistics | null>(null)
  const error = ref<AppError | null>(null)
  let asked = 0

  /** An answer that came late is dropped. */
  async function load(): Promise<void> {
    const mine = ++asked
    error.value = null
    try {
      const answer = await api.statistics()
      if (mine === asked) figures.value = answer
    } catch (failure) {
      if (mine === asked) error.value = asAppError(failure)
    }
  }

  return { figures, error, load }
})
