// Where the keyboard is in the list. It stays on its entry when the order changes, and the open entry follows it once
// it rests.
import { onBeforeUnmount, ref, watch, type Ref } from 'vue'
import { useLibraryStore } from '@/stores/library'

/** How long the keyboard rests before the drawer follows, in milliseconds. */
const REST = 120

export function usePlace(openId: Ref<string | null>) {
  const library = useLibraryStore()
  const active = ref(0)
  let id: string | null = null
  let following: ReturnType<typeof setTimeout> | undefined

  function activate(place: number): void {
    active.value = place
    id = library.entryAt(place)?.manga_id ?? null
  }

  function move(place: number): void {
    activate(place)
    clearTimeout(following)
    following = setTimeout(() => {
      if (openId.value && id) openId.value = id
    }, REST)
  }

  watch(() => (id ? library.placeOf(id) : -1), (place) => {
    if (place >= 0 && place !== active.value) active.value = place
  })
  onBeforeUnmount(() => clearTimeout(following))

  return { active, activate, move }
}
