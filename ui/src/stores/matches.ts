// Titles that may be the same work at two services, each with its candidates. The page and the number in the sidebar read
// it here; how likely a pair is was decided elsewhere.
import { defineStore } from 'pinia'
import { computed, ref, shallowRef, watch } from 'vue'
import { useApi } from '@/api'
import type { Hit, MatchView, Provider, Shown } from '@/contract'
import { useAttempts } from './attempt'
import { useLibraryStore } from './library'
import { useSyncStore } from './sync'

/** A title that lacks its place at a service, and what it may be there, the likeliest first. */
export interface MatchTitle { key: string; manga_id: string; manga: Shown; provider: Provider; candidates: MatchView[] }

/** What was decided last, until something else is: `title` the library's, `other` the work's. */
export interface Decided { how: 'accepted' | 'rejected' | 'ignored' | 'linked'; title: string; other: string; provider: Provider }

export const useMatchesStore = defineStore('matches', () => {
  const api = useApi()
  const library = useLibraryStore()
  const { loading, error, attempt } = useAttempts()
  const open = shallowRef<readonly MatchView[]>([])
  const loaded = ref(false)
  const decided = shallowRef<Decided | null>(null)
  const titles = computed(() => titlesOf(open.value))

  const load = (): Promise<boolean> => attempt(fetch)

  async function fetch(): Promise<void> {
    open.value = await api.matches()
    loaded.value = true
  }

  const accept = (match: MatchView) => decide(saying('accepted', match), () => api.acceptMatch(match.id))
  const reject = (match: MatchView) => decide(saying('rejected', match), () => api.rejectMatch(match.id))
  const ignore = (match: MatchView, reason: string) => decide(saying('ignored', match), () => api.ignoreMatch(match.id, reason))
  const link = ({ manga_id, manga }: MatchTitle, { provider, external_id, title }: Hit) =>
    decide({ how: 'linked', title: manga.title, other: title, provider }, () => api.link(manga_id, provider, external_id))

  /** A link may settle other questions too, so all are read again; one that was settled elsewhere meanwhile is gone then. */
  async function decide(what: Decided, ask: () => Promise<unknown>): Promise<boolean> {
    const done = await attempt(async () => {
      await ask()
      decided.value = what
    })
    // Why it could not be done stays said, whatever this finds.
    await fetch().catch(() => undefined)
    if (done) void library.count()
    return done
  }

  const sync = useSyncStore()
  watch(() => sync.running, (running) => void (running || load()))

  return { open, titles, decided, loaded, loading, error, load, accept, reject, ignore, link }
})

const saying = (how: Decided['how'], { manga, other, provider }: MatchView): Decided => ({ how, title: manga.title, other: other.title, provider })

function titlesOf(matches: readonly MatchView[]): MatchTitle[] {
  const titles = new Map<string, MatchTitle>()
  for (const match of matches) {
    const { manga_id, manga, provider } = match
    const key = `${manga_id}:${provider}`
    const title = titles.get(key) ?? { key, manga_id, manga, provider, candidates: [] }
    title.candidates.push(match)
    titles.set(key, title)
  }
  return [...titles.values()]
}
