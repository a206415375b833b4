// What needs the person: the plan that waits, what is decided about it, and what came of applying it. The page, the
// welcome and the number in the sidebar read it here.
import { defineStore } from 'pinia'
import { computed, ref, shallowRef, watch } from 'vue'
import { useApi } from '@/api'
import type { Part, Report, Verdict, WaitingPlan } from '@/contract'
import { useAttempts } from './attempt'
import { useSyncStore } from './sync'

export const useReviewStore = defineStore('review', () => {
  const api = useApi()
  const { loading, error, attempt } = useAttempts()
  const plan = shallowRef<WaitingPlan | null>(null)
  /** What came of the plan that was applied last, until the person has seen it. */
  const result = shallowRef<Report | null>(null)
  /** The sync that carried out what was applied last, while nothing was decided since. */
  const applied = shallowRef<{ id: string; at: string } | null>(null)
  const loaded = ref(false)
  const applying = ref(false)
  const open = computed(() => plan.value?.rows.filter((row) => !row.skipped).length ?? 0)

  const load = (): Promise<boolean> => attempt(fetch)

  async function fetch(): Promise<void> {
    plan.value = await api.waitingPlan()
    loaded.value = true
  }

  /** Decides on these rows, or on a part of each. */
  async function decide(rows: number[], part: Part, verdict: Verdict): Promise<boolean> {
    return attempt(async () => {
      if (plan.value) plan.value = await api.planDecide(plan.value.run_id, { rows, part, verdict })
      applied.value = null
    }).then(lookAgain)
  }

  /** Takes back what was decided last. */
  async function takeBack(): Promise<boolean> {
    return attempt(async () => {
      if (plan.value) plan.value = await api.planTakeBack(plan.value.run_id)
    }).then(lookAgain)
  }

  /** A plan that another took the place of is shown as it is now; why the decision was not kept stays said. */
  async function lookAgain(done: boolean): Promise<boolean> {
    if (error.value?.code === 'plan_replaced' || error.value?.code === 'no_plan') await fetch().catch(() => undefined)
    return done
  }

  /** Applies these rows, or with none given every row that is not skipped. */
  async function apply(rows: number[] = []): Promise<Report | null> {
    const rest = rows.length > 0 && (plan.value?.rows ?? []).some((row) => !row.skipped && !rows.includes(row.row))
    const at = new Date().toISOString()
    let report: Report | null = null
    applying.value = true
    await attempt(async () => {
      report = result.value = await api.planApply(rows, plan.value?.run_id ?? null)
      applied.value = { id: result.value.run_id, at }
      await fetch()
      // What was not applied is worked out anew, from lists that are as they are now.
      if (rest && !plan.value) await api.triggerSync(null, false).then(fetch)
    }).then(lookAgain)
    applying.value = false
    return report
  }

  function seen(): void {
    result.value = null
  }

  /** What was applied is taken back in the history from now on. */
  function forgetApplied(): void {
    applied.value = null
    result.value = null
  }

  const sync = useSyncStore()
  watch(() => sync.running, (running) => void (running || applying.value || load()))

  return { plan, result, applied, open, loaded, loading, applying, error, load, decide, takeBack, apply, seen, forgetApplied }
})
