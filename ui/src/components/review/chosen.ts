// Which of a list is chosen. What is gone leaves its place to what stood behind it, so that one can go on deciding.
import { computed, ref, watch, type ComputedRef } from 'vue'

/** A line of a list from which one is chosen: a heading has no key. */
export interface ChoiceLine { key: string | null }

export function useChosen<T extends { key: string }>(inOrder: ComputedRef<readonly T[]>) {
  const key = ref<string | null>(null)
  const chosen = computed(() => inOrder.value.find((each) => each.key === key.value) ?? inOrder.value[0] ?? null)

  watch(inOrder, (now, before) => {
    const at = before.findIndex((each) => each.key === key.value)
    if (at >= 0 && !now.some((each) => each.key === key.value)) key.value = now[Math.min(at, now.length - 1)]?.key ?? null
  })

  /** What stands behind the chosen one. */
  const next = (): T | undefined => (chosen.value ? inOrder.value[inOrder.value.indexOf(chosen.value) + 1] : undefined)

  return { key, chosen, next }
}
