// Taking back: one change, a sync, or everything since a moment. It is asked first, with what goes back in numbers, and
// once more where something newer would be lost.
import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import { useApi } from '@/api'
import type { ChangeView, UndoReport } from '@/contract'
import { useActivityStore } from './activity'
import { useAttempts } from './attempt'

export type Target =
  | { kind: 'change'; change: ChangeView }
  /** A sync, or an earlier undo, which no sync made: its changes stand among all others since `at`. */
  | { kind: 'run' | 'undo'; id: string; at: string }
  | { kind: 'since'; at: string }
  /** What an answer to a question changed, and those given alike, about these titles. */
  | { kind: 'answer'; id: string; at: string; title: string; manga: ReadonlySet<string> }

/** What would go back, counted: values, titles that leave the library or come back into it, and what was added at a service and what else can't be taken back. */
export interface Tally { titles: number; values: number; leave: number; come: number; made: number; stay: number }

/** How many changes are asked for at once to count them. */
const PAGE = 1000

export const useUndoStore = defineStore('undo', () => {
  const api = useApi()
  const activity = useActivityStore()
  const { loading, error, attempt } = useAttempts()
  const target = shallowRef<Target | null>(null)
  const tally = shallowRef<Tally | null>(null)
  /** Whether something newer would be lost; it is asked about, too. */
  const overNewer = ref(false)
  /** What came of it, until the person has seen it. */
  const done = shallowRef<{ target: Target; report: UndoReport } | null>(null)
  const newer = computed(() => done.value?.report.left.filter((left) => left.why === 'newer_edit').length ?? 0)

  async function ask(wanted: Target, force = false): Promise<void> {
    target.value = wanted
    tally.value = null
    overNewer.value = force
    await attempt(async () => {
      const counted = tallyOf(await changesOf(wanted))
      if (target.value === wanted) tally.value = counted
    })
  }

  async function changesOf(wanted: Target): Promise<ChangeView[]> {
    if (wanted.kind === 'change') return [wanted.change]
    if (wanted.kind === 'run') return collect(wanted.id, () => true)
    const found = await collect(null, (change) => change.at >= wanted.at)
    if (wanted.kind === 'answer') return found.filter((change) => wanted.manga.has(change.manga_id))
    return wanted.kind === 'undo' ? found.filter((change) => change.run_id === wanted.id) : found
  }

  /** The newest changes, for as long as they belong to it. */
  async function collect(run: string | null, belongs: (change: ChangeView) => boolean): Promise<ChangeView[]> {
    const found: ChangeView[] = []
    for (;;) {
      const { changes } = await api.history(run, PAGE, found.length)
      found.push(...changes)
      const last = changes.at(-1)
      if (changes.length < PAGE || !last || !belongs(last)) return found.filter(belongs)
    }
  }

  async function go(): Promise<void> {
    const wanted = target.value
    if (!wanted || loading.value) return
    const went = await attempt(async () => {
      done.value = { target: wanted, report: await send(wanted, overNewer.value) }
      target.value = null
    })
    if (went) await activity.load()
    else if (error.value?.code === 'newer_edits') overNewer.value = true
  }

  function send(wanted: Target, force: boolean): Promise<UndoReport> {
    switch (wanted.kind) {
      case 'change': return api.undo(wanted.change.change_id, force)
      case 'since': return api.undoSince(wanted.at, force)
      case 'run':
      case 'answer':
      case 'undo': return api.undo(wanted.id, force)
    }
  }

  function cancel(): void {
    target.value = null
    error.value = null
  }

  /** Asks whether what was left because of something newer goes back as well. */
  const askNewer = (): Promise<void> => (done.value ? ask(done.value.target, true) : Promise.resolve())
  /** An undo has an id of its own, and can be taken back as a sync can. */
  const askBack = (): Promise<void> => {
    const report = done.value?.report
    return report ? ask({ kind: 'undo', id: report.run_id, at: oldestOf(activity.changes, report.run_id) }) : Promise.resolve()
  }
  const seen = (): void => void (done.value = null)

  return { target, tally, overNewer, done, newer, loading, error, ask, go, cancel, askNewer, askBack, seen }
})

function oldestOf(changes: readonly ChangeView[], run: string): string {
  return changes.filter((change) => change.run_id === run).at(-1)?.at ?? new Date(0).toISOString()
}

const CAME: ReadonlySet<string> = new Set(['created', 'added', 'restored'])
const WENT: ReadonlySet<string> = new Set(['removed', 'push_removed'])

/** What taking a change back means: a value, a title that leaves or comes back, or nothing that can be taken back. */
export function backOf({ provider, field, cause }: ChangeView): 'value' | 'leave' | 'come' | null {
  if (field) return provider === null || cause === 'push' || cause === 'undo' ? 'value' : null
  if (provider === null && CAME.has(cause)) return 'leave'
  return WENT.has(cause) ? 'come' : null
}

/** Several changes of one field of a title are one. */
export function tallyOf(changes: readonly ChangeView[]): Tally {
  const found = { value: new Set<string>(), leave: new Set<string>(), come: new Set<string>() }
  const titles = new Set<string>()
  let made = 0
  let stay = 0
  for (const change of changes) {
    const back = backOf(change)
    if (change.cause === 'push_created') made += 1
    else if (!back) stay += 1
    else {
      found[back].add(back === 'value' ? `${change.manga_id} ${change.field}` : change.manga_id)
      titles.add(change.manga_id)
    }
  }
  return { titles: titles.size, values: found.value.size, leave: found.leave.size, come: found.come.size, made, stay }
}
