// Something that shows only if the wait is long enough to be noticed, so that quick answers do not flicker.
import { ref, watch, type Ref } from 'vue'

/** True once `waiting` has been true for this long, in milliseconds. */
export function useLate(waiting: () => boolean, after = 150): Ref<boolean> {
  const late = ref(false)
  watch(waiting, (is, _, onCleanup) => {
    late.value = false
    if (!is) return
    const timer = setTimeout(() => (late.value = true), after)
    onCleanup(() => clearTimeout(timer))
  }, { immediate: true })
  return late
}
