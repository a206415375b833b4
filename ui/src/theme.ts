// Light or dark, as chosen or as the system says. The class on the page's root is all that the styles look at.
import { readonly, ref } from 'vue'
import type { AppSettings } from './contract'

const system = window.matchMedia('(prefers-color-scheme: dark)')
const shown = ref(true)
let chosen: AppSettings['theme'] = 'system'

/** Whether the window is dark now. */
export const isDark = readonly(shown)

/** Shows the window in this theme from now on. */
export function applyTheme(theme: AppSettings['theme']): void {
  chosen = theme
  shown.value = theme === 'dark' || (theme === 'system' && system.matches)
  document.documentElement.classList.toggle('dark', shown.value)
  document.documentElement.style.colorScheme = shown.value ? 'dark' : 'light'
}

system.addEventListener('change', () => applyTheme(chosen))
