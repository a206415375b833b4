// How wide and high an element is now.
import { onBeforeUnmount, ref, watch, type Ref } from 'vue'

export function useSize(element: Ref<HTMLElement | null>): { width: Ref<number>; height: Ref<number> } {
  const width = ref(0)
  const height = ref(0)
  const measure = (of: HTMLElement) => {
    width.value = of.offsetWidth
    height.value = of.offsetHeight
  }
  const observer = new ResizeObserver(() => element.value && measure(element.value))
  watch(element, (now, before) => {
    if (before) observer.unobserve(before)
    if (!now) return
    measure(now)
    observer.observe(now)
  }, { immediate: true, flush: 'post' })
  onBeforeUnmount(() => observer.disconnect())
  return { width, height }
}
