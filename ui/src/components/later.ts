// Menus, dialogs and what else opens only when somebody asks: their code is loaded after the first picture. The build
// puts these in the place of the component library's own, which are the same components.
import { defineAsyncComponent } from 'vue'

export const UDropdownMenu = defineAsyncComponent(() => import('@nuxt/ui/components/DropdownMenu.vue'))
export const UInputNumber = defineAsyncComponent(() => import('@nuxt/ui/components/InputNumber.vue'))
export const UModal = defineAsyncComponent(() => import('@nuxt/ui/components/Modal.vue'))
export const UPopover = defineAsyncComponent(() => import('@nuxt/ui/components/Popover.vue'))
export const USlideover = defineAsyncComponent(() => import('@nuxt/ui/components/Slideover.vue'))
