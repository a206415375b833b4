// How the table is laid out on this machine: which columns are shown and how wide. Kept in the web view, as the size of
// a window is: it says nothing about the library.
import { computed, reactive, watch, type Ref } from 'vue'

export const COLUMNS = ['status', 'progress', 'score', 'services', 'updated'] as const
export type Column = (typeof COLUMNS)[number]
export interface Layout { hidden: Column[]; widths: Partial<Record<Column, number>> }

const KEPT = 'library-columns'
const WIDTHS: Record<Column, number> = { status: 132, progress: 172, score: 72, services: 84, updated: 108 }
export const NARROWEST: Record<Column, number> = { status: 112, progress: 132, score: 60, services: 76, updated: 88 }
export const WIDEST = 320
/** The first to go when there is no room for all. */
const DISPENSABLE: readonly Column[] = ['updated', 'services', 'score', 'progress', 'status']
const TITLE = 200
const REST = 40 + 44 + 32

export function useLayout(width: Ref<number>) {
  const layout = reactive<Layout>(kept())
  watch(layout, () => localStorage.setItem(KEPT, JSON.stringify(layout)), { deep: true })

  const widthOf = (column: Column): number => layout.widths[column] ?? WIDTHS[column]
  const shown = computed(() => {
    let columns = COLUMNS.filter((column) => !layout.hidden.includes(column))
    const needed = () => columns.reduce((sum, column) => sum + widthOf(column), REST + TITLE)
    for (const column of DISPENSABLE) {
      if (needed() <= width.value) break
      columns = columns.filter((each) => each !== column)
    }
    return columns
  })
  const template = computed(() => ['40px', '44px', 'minmax(0, 1fr)', ...shown.value.map((column) => `${widthOf(column)}px`)].join(' '))

  function resize(column: Column, to: number): void {
    layout.widths[column] = Math.round(Math.max(NARROWEST[column], Math.min(WIDEST, to)))
  }

  function toggle(column: Column): void {
    layout.hidden = layout.hidden.includes(column) ? layout.hidden.filter((each) => each !== column) : [...layout.hidden, column]
  }

  return { layout, shown, template, widthOf, resize, toggle }
}

function kept(): Layout {
  try {
    const { hidden, widths } = JSON.parse(localStorage.getItem(KEPT) ?? '') as Layout
    return { hidden: hidden.filter((column) => COLUMNS.includes(column)), widths }
  } catch {
    // Nothing was kept yet, or something that cannot be read: the table begins as it is drawn.
    return { hidden: [], widths: {} }
  }
}
