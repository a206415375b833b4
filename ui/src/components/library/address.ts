// What the page shows, kept in its address: a search, filters, the order, the view and the open entry. So "back" and a
// link from elsewhere lead to the same picture.
import { computed, onBeforeUnmount, watch } from 'vue'
import { useRoute, useRouter, type LocationQuery } from 'vue-router'
import { PROVIDERS, STATUSES, type LibrarySort } from '@/contract'
import { everything, useLibraryStore, type Question } from '@/stores/library'

export type View = 'grid' | 'table'
export const SORTS: readonly LibrarySort[] = ['title', 'updated', 'added', 'score', 'progress']
const KEPT = 'library-view'
/** How long a question rests before it is in the address: whoever types a search does not wait for that. In milliseconds. */
const REST = 250

/** The question that an address stands for. What it does not know is left out. */
export function questionOf(address: LocationQuery): Question {
  const list = (name: string) => String(address[name] ?? '').split(',')
  const sort = SORTS.find((each) => each === address.sort) ?? 'title'
  return {
    search: String(address.q ?? ''),
    statuses: STATUSES.filter((status) => list('status').includes(status)),
    at: PROVIDERS.filter((provider) => list('at').includes(provider)),
    differs: address.differs === '1',
    sort,
    descending: address.order === 'down',
  }
}

/** The address that stands for a question; what is as it always is stays out of it. */
export function addressOf(question: Question): Record<string, string> {
  const { search, statuses, at, differs, sort, descending } = question
  return Object.fromEntries(Object.entries({
    q: search, status: statuses.join(','), at: at.join(','), differs: differs ? '1' : '',
    sort: sort === 'title' ? '' : sort, order: descending ? 'down' : '',
  }).filter(([, value]) => value !== ''))
}

export function useLibraryAddress() {
  const route = useRoute()
  const router = useRouter()
  const library = useLibraryStore()
  const here = () => route.name === 'library'

  const put = (change: Record<string, string | undefined>) =>
    void router.replace({ name: 'library', query: { ...addressOf(library.query), view: route.query.view, entry: route.query.entry, ...change } })

  const view = computed<View>({
    get: () => (route.query.view === 'table' || (route.query.view !== 'grid' && localStorage.getItem(KEPT) === 'table') ? 'table' : 'grid'),
    set: (wanted) => {
      localStorage.setItem(KEPT, wanted)
      put({ view: wanted })
    },
  })
  const openId = computed<string | null>({
    get: () => (route.query.entry ? String(route.query.entry) : null),
    set: (id) => put({ entry: id ?? undefined }),
  })

  // An address without a question is how other pages lead here: what was asked before still holds.
  if (Object.keys(addressOf(questionOf(route.query))).length) library.query = questionOf(route.query)
  let resting: ReturnType<typeof setTimeout> | undefined
  watch(() => JSON.stringify(addressOf(library.query)), () => {
    clearTimeout(resting)
    resting = setTimeout(keep, REST)
  }, { immediate: true })
  onBeforeUnmount(() => clearTimeout(resting))
  watch(() => JSON.stringify(addressOf(questionOf(route.query))), (now) => {
    if (here() && now !== JSON.stringify(addressOf(library.query))) library.query = questionOf(route.query)
  })

  function keep(): void {
    if (here() && JSON.stringify(addressOf(library.query)) !== JSON.stringify(addressOf(questionOf(route.query)))) put({})
  }

  function showAll(): void {
    const { sort, descending } = library.query
    library.query = { ...everything(), sort, descending }
  }

  return { view, openId, showAll }
}
