// What a title is told and tells wherever it is listed, as a cover or as a row: one contract for the list and both looks.
import { computed } from 'vue'
import { useI18n } from 'vue-i18n'
import type { EntryView, LibrarySort } from '@/contract'

/** A title at its place in the list. */
export interface ItemProps {
  entry: EntryView
  place: number
  /** Whether the keyboard is here. */
  active: boolean
  picked: boolean
  opened: boolean
}

/** What a title tells. */
export type ItemEmits = {
  open: [place: number, event: MouseEvent]
  step: [place: number, by: number]
  pick: [place: number, extend: boolean]
  quick: [place: number, on: HTMLElement]
}

/** The same as listeners. */
export type ItemEvents = { [E in keyof ItemEmits]: (...told: ItemEmits[E]) => void }

/** What the list tells: its titles' own, and what the keyboard asks of them all. */
export type ListEvents = Omit<ItemEmits, 'open'> & {
  open: [place: number, event?: MouseEvent]
  'update:active': [place: number]
  range: [from: number, to: number]
  all: []
}

/** What every look of the library is given. Its events pass through to whoever shows it. */
export interface ViewProps {
  total: number
  label: string
  active: number
  entryAt: (place: number) => EntryView | undefined
  isPicked: (id: string) => boolean
  picking: boolean
  openId: string | null
  sort: LibrarySort
  descending: boolean
}

/** How a title stands in the list. */
export function standing({ active, isPicked, openId }: ViewProps, place: number, entry: EntryView): ItemProps {
  return { entry, place, active: place === active, picked: isPicked(entry.manga_id), opened: openId === entry.manga_id }
}

type Emit<E extends keyof ItemEmits> = (event: E, ...told: ItemEmits[E]) => void

/** What its element carries, whatever it looks like: made anew only when it is another, since a search changes all titles with
 * each key. The list hears the keys for all its titles, and its own tabindex moves among them. */
export function useItem(props: ItemProps, emit: Emit<'open'> & Emit<'quick'>) {
  const open = (event: MouseEvent) => emit('open', props.place, event)
  const openMenu = (event: MouseEvent) => {
    event.preventDefault()
    emit('quick', props.place, event.currentTarget as HTMLElement)
  }
  const own = computed(() => ({
    tabindex: stopOf(props),
    'aria-selected': props.picked,
    'data-index': props.place,
    'data-testid': `entry-${props.place}`,
    onClick: open,
    onContextmenu: openMenu,
  }))
  return { own }
}

/** What its buttons carry. */
export function useTools(props: ItemProps, emit: Emit<'step'> & Emit<'pick'> & Emit<'quick'>) {
  const { t } = useI18n()
  const openQuick = (event: MouseEvent) => emit('quick', props.place, event.currentTarget as HTMLElement)

  function button(name: string, label: () => string | undefined, press: (event: MouseEvent) => void, more: () => object = () => ({})) {
    const onClick = (event: MouseEvent) => {
      event.stopPropagation()
      press(event)
    }
    return computed(() => ({ type: 'button' as const, tabindex: stopOf(props), 'data-testid': `entry-${name}`, 'aria-label': label(), onClick, ...more() }))
  }

  const quick = (name: 'quick' | 'status' | 'score', label: () => string | undefined) => button(name, label, openQuick, () => ({ 'aria-haspopup': 'dialog' }))

  return {
    picker: button('pick', () => t('library.pick'), (event) => emit('pick', props.place, event.shiftKey), () => ({ 'aria-pressed': props.picked })),
    quick,
    plusOne: button('plus-one', () => t('library.plus_one'), () => emit('step', props.place, 1)),
    minusOne: button('minus-one', () => t('library.minus_one'), () => emit('step', props.place, -1)),
  }
}

const stopOf = (props: ItemProps) => (props.active ? 0 : -1)
