// What needs the person: the plan that waits, why it waits, and what came of applying it. The page, the welcome and the
// number in the sidebar read it here.
import { defineStore } from 'pinia'
import { computed, ref, shallowRef, watch } from 'vue'
import { useApi } from '@/api'
import type { Report, RunView, WaitingPlan } from '@/contract'
import { useAttempts } from './attempt'
import { useSyncStore } from './sync'

export const useReviewStore = defineStore('review', () => {
  const api = useApi()
  const { loading, error, attempt } = useAttempts()
  const plan = shallowRef<WaitingPlan | null>(null)
  /** The run that made the plan: it says why the plan waits. */
  const run = shallowRef<RunView | null>(null)
  /** What came of the plan that was applied last, until the person has seen it. */
  const result = shallowRef<Report | null>(null)
  const loaded = ref(false)
  const applying = ref(false)
  const open = computed(() => plan.value?.rows.filter((row) => !row.skipped).length ?? 0)

  const load = (): Promise<boolean> => attempt(fetch)
  const skip = (rows: number[]): Promise<boolean> => attempt(() => decide(rows, api.planSkip))
  const never = (rows: number[]): Promise<boolean> => attempt(() => decide(rows, api.planNever))

  async function fetch(): Promise<void> {
    plan.value = await api.waitingPlan()
    loaded.value = true
    const id = plan.value?.run_id
    if (!id) run.value = null
    else if (run.value?.run_id !== id) run.value = await runOf(id)
  }

  /** Not knowing why a plan waits keeps nobody from deciding about it. */
  async function runOf(id: string): Promise<RunView | null> {
    return api.history(id, 1, 0).then(({ runs }) => runs[0] ?? null, () => null)
  }

  async function decide(rows: number[], how: (row: number) => Promise<WaitingPlan>): Promise<void> {
    for (const row of rows) plan.value = await how(row)
  }

  /** Applies these rows, or with none given every row that is not skipped. */
  async function apply(rows: number[] = []): Promise<Report | null> {
    const rest = rows.length > 0 && (plan.value?.rows ?? []).some((row) => !row.skipped && !rows.includes(row.row))
    let report: Report | null = null
    applying.value = true
    await attempt(async () => {
      report = result.value = await api.planApply(rows, plan.value?.run_id ?? null)
      await fetch()
      // What was not applied is worked out anew, from lists that are as they are now.
      if (rest && !plan.value) await api.triggerSync(null, false).then(fetch)
    })
    applying.value = false
    return report
  }

  function seen(): void {
    result.value = null
  }

  const sync = useSyncStore()
  watch(() => sync.running, (running) => void (running || applying.value || load()))

  return { plan, run, result, open, loaded, loading, applying, error, load, skip, never, apply, seen }
})
