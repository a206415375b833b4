// What only the person can decide: two sides changed the same thing, or a title is gone on one side. Each question is
// asked once; the page and the number in the sidebar read it here.
import { defineStore } from 'pinia'
import { computed, ref, shallowRef, watch } from 'vue'
import { useApi } from '@/api'
import type { ConflictView, Reopened } from '@/contract'
import { useAttempts } from './attempt'
import { useSyncStore } from './sync'

/** How many questions are fetched at once: few enough that no answer keeps the window waiting. */
export const PAGE = 200

/** What was answered last, until something else is. */
export interface Answered {
  question: ConflictView
  answer: string
  count: number
  /** When, and about which titles. */
  at: string
  manga: ReadonlySet<string>
}

/** What became of taking the last answer back, until something else is answered. */
export interface TakenBack extends Reopened { question: ConflictView }

/** Questions of the same kind about the same thing: one answer can do for all of them. */
export const kindOf = ({ kind, group, provider }: ConflictView): string => [kind, group, provider].filter(Boolean).join(':')

/** Whether it is about a title that is gone on one side. */
export const isRemoval = ({ kind }: ConflictView): boolean => kind === 'removed_here' || kind === 'vanished_there'

export const useQuestionsStore = defineStore('questions', () => {
  const api = useApi()
  const { loading, error, attempt } = useAttempts()
  const open = shallowRef<readonly ConflictView[]>([])
  const loaded = ref(false)
  const answered = shallowRef<Answered | null>(null)
  const back = shallowRef<TakenBack | null>(null)

  const conflicts = computed(() => open.value.filter((question) => !isRemoval(question)))
  const removals = computed(() => open.value.filter(isRemoval))

  const load = (): Promise<boolean> => attempt(fetch)

  let asked = 0
  let reading: Promise<void> = Promise.resolve()
  const fetch = (): Promise<void> => (reading = read(++asked))

  /** Page by page, and shown when the last is there, so that no number counts up. Who began earlier gets what the newest finds. */
  async function read(mine: number): Promise<void> {
    const found: ConflictView[] = []
    for (let more = true; more;) {
      const page = await api.conflicts(PAGE, found.at(-1)?.id ?? null)
      if (mine !== asked) return reading
      found.push(...page.conflicts)
      more = page.conflicts.length === PAGE
    }
    open.value = found
    loaded.value = true
  }

  /** Answers a question, or with `alike` every one of its kind. One that was answered elsewhere meanwhile is gone then, too. */
  async function answer(question: ConflictView, word: string, alike: boolean): Promise<boolean> {
    const [before, at] = [open.value, new Date().toISOString()]
    const done = await attempt(async () => {
      const count = await api.resolveConflict(question.id, word, alike)
      if (alike) await fetch()
      else open.value = open.value.filter((each) => each.id !== question.id)
      const still = new Set(open.value.map((each) => each.id))
      const manga = new Set(before.filter((each) => !still.has(each.id)).map((each) => each.manga_id))
      answered.value = { question, answer: word, count, at, manga }
      back.value = null
    })
    if (!done) await lookAgain()
    return done
  }

  /** Takes the last answer back, with those given alike. One that was carried out already stays, and `error` says so. */
  async function takeBack(): Promise<boolean> {
    const last = answered.value
    if (!last) return false
    const done = await attempt(async () => {
      const reopened = await api.reopenConflict(last.question.id)
      await fetch()
      back.value = { ...reopened, question: last.question }
      answered.value = null
    })
    if (!done) await lookAgain()
    return done
  }

  /** The last answer is taken back in the history from now on. */
  function forgetAnswer(): void {
    answered.value = null
    error.value = null
  }

  /** Why it could not be answered stays said, whatever this finds. */
  async function lookAgain(): Promise<void> {
    await fetch().catch(() => undefined)
  }

  const sync = useSyncStore()
  watch(() => sync.running, (running) => void (running || load()))

  return { open, conflicts, removals, answered, back, loaded, loading, error, load, answer, takeBack, forgetAnswer }
})
