// The lists as they were before a sync wrote to them, and bringing back what one of them said: of one title or of all.
import { defineStore } from 'pinia'
import { ref, shallowRef } from 'vue'
import { useApi } from '@/api'
import type { SnapshotTitle, SnapshotView, UndoReport } from '@/contract'
import { useAttempts } from './attempt'

/** How many titles are fetched at once. */
const PAGE = 200

export const useSnapshotsStore = defineStore('snapshots', () => {
  const api = useApi()
  const { loading, error, attempt } = useAttempts()
  const all = shallowRef<SnapshotView[] | null>(null)
  const opened = shallowRef<SnapshotView | null>(null)
  const titles = shallowRef<SnapshotTitle[]>([])
  /** What the titles are searched for, and how many hold it; null: no answer told yet. */
  const search = ref('')
  const found = ref<number | null>(null)
  /** What is about to be restored: a title, or with none all of them. */
  const asked = shallowRef<{ title: SnapshotTitle | null } | null>(null)
  /** Whether something newer would be lost. */
  const overNewer = ref(false)
  const result = shallowRef<UndoReport | null>(null)

  const load = (): Promise<boolean> => attempt(async () => void (all.value = await api.snapshots()))

  async function open(snapshot: SnapshotView): Promise<void> {
    close()
    opened.value = snapshot
    await more()
  }

  async function more(): Promise<void> {
    const { value: snapshot } = opened
    if (!snapshot) return
    await attempt(async () => {
      const [sought, from] = [search.value, titles.value.length]
      const isWanted = () => opened.value?.id === snapshot.id && search.value === sought
      const detail = await api.snapshot(snapshot.id, sought, PAGE, from).catch((failure: unknown) => {
        // What went wrong for an older search is no news beside the answer to a newer one.
        if (isWanted()) throw failure
        return null
      })
      if (!detail || !isWanted()) return
      opened.value = detail.snapshot
      found.value = detail.found
      // Two who asked for the same put it at the same place.
      titles.value = [...titles.value.slice(0, from), ...detail.titles]
    })
  }

  /** Only titles that hold this text, from the first on. */
  async function seek(text: string): Promise<void> {
    search.value = text
    titles.value = []
    found.value = null
    await more()
  }

  function close(): void {
    opened.value = null
    titles.value = []
    search.value = ''
    found.value = null
    result.value = null
    error.value = null
    ask(null)
  }

  function ask(wanted: { title: SnapshotTitle | null } | null): void {
    asked.value = wanted
    overNewer.value = false
  }

  async function restore(): Promise<void> {
    const { value: wanted } = asked
    const { value: snapshot } = opened
    if (!wanted || !snapshot || loading.value) return
    const done = await attempt(async () => void (result.value = await api.restoreSnapshot(snapshot.id, wanted.title?.manga_id ?? null, overNewer.value)))
    if (done) ask(null)
    else overNewer.value = error.value?.code === 'newer_edits'
  }

  return { all, opened, titles, search, found, asked, overNewer, result, loading, error, load, open, more, seek, close, ask, restore }
})
