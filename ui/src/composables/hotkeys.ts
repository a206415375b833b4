// Keys that work anywhere in the window. `mod` is Ctrl, or Cmd on a Mac. A plain letter is left alone while somebody
// types into a field.
import { onBeforeUnmount, onMounted } from 'vue'

export function useHotkeys(keys: Record<string, (event: KeyboardEvent) => void>): void {
  function hear(event: KeyboardEvent): void {
    const mod = event.ctrlKey || event.metaKey
    const name = `${mod ? 'mod+' : ''}${event.shiftKey && event.key.length > 1 ? 'shift+' : ''}${event.key.toLowerCase()}`
    const then = keys[name]
    if (!then || event.altKey || event.isComposing || (!mod && isTyping(event.target))) return
    event.preventDefault()
    then(event)
  }
  onMounted(() => window.addEventListener('keydown', hear))
  onBeforeUnmount(() => window.removeEventListener('keydown', hear))
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName))
}
