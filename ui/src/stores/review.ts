// What needs the person: the plan that waits. The page and the number in the sidebar read it here.
import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import { asAppError, useApi } from '@/api'
import type { AppError, Report, WaitingPlan } from '@/contract'

export const useReviewStore = defineStore('review', () => {
  const api = useApi()
  const plan = ref<WaitingPlan | null>(null)
  const loading = ref(false)
  const error = ref<AppError | null>(null)
  const open = computed(() => plan.value?.rows.filter((row) => !row.skipped).length ?? 0)

  const load = (): Promise<boolean> => attempt(async () => void (plan.value = await api.waitingPlan()))
  const skip = (row: number): Promise<boolean> => attempt(async () => void (plan.value = await api.planSkip(row)))
  const never = (row: number): Promise<boolean> => attempt(async () => void (plan.value = await api.planNever(row)))

  /** Applies these rows, or with none given every row that is not skipped. */
  async function apply(rows: number[] = []): Promise<Report | null> {
    let report: Report | null = null
    await attempt(async () => {
      report = await api.planApply(rows)
      plan.value = await api.waitingPlan()
    })
    return report
  }

  async function attempt(work: () => Promise<void>): Promise<boolean> {
    loading.value = true
    error.value = null
    try {
      await work()
      return true
    } catch (failure) {
      error.value = asAppError(failure)
      return false
    } finally {
      loading.value = false
    }
  }

  api.on('sync_state_changed', (state) => void (state.running || load()))

  return { plan, open, loading, error, load, skip, never, apply }
})
