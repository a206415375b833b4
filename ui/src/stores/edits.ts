// Edits that are under way: shown at once over what the application last said, sent one after the other for each
// entry, and taken back with a message when one could not be kept. It knows no page and no order.
import { ref, shallowRef } from 'vue'
import { asAppError, type Api } from '@/api'
import type { AppError, EntryChange, EntryView } from '@/contract'

/** An edit that could not be kept, for a message. */
export interface EditTrouble { title: string; error: AppError; retry: () => void }

interface UnderWay { now: EntryChange; next: EntryChange | null; done: Promise<boolean> }
interface Bulk { ids: ReadonlySet<string>; change: EntryChange }

export function createEdits(api: Api, settle: (entries: EntryView[]) => void) {
  const underWay = shallowRef<ReadonlyMap<string, UnderWay>>(new Map())
  const bulks = shallowRef<readonly Bulk[]>([])
  const trouble = ref<EditTrouble | null>(null)

  /** The entry as it will read when all that is under way is kept. */
  function over(entry: EntryView): EntryView {
    const own = underWay.value.get(entry.manga_id)
    const many = bulks.value.filter((bulk) => bulk.ids.has(entry.manga_id))
    if (!own && !many.length) return entry
    return Object.assign({}, entry, ...many.map((bulk) => bulk.change), own?.now, own?.next) as EntryView
  }

  /** Changes one entry. While an earlier change of it is on its way, the newest values wait and go together. */
  function edit(entry: EntryView, change: EntryChange): Promise<boolean> {
    const own = underWay.value.get(entry.manga_id)
    if (own) {
      keep(entry.manga_id, { ...own, next: { ...own.next, ...change } })
      return own.done
    }
    const done = Promise.resolve().then(() => send(entry))
    keep(entry.manga_id, { now: change, next: null, done })
    return done
  }

  async function send(entry: EntryView): Promise<boolean> {
    const id = entry.manga_id
    let all = true
    for (let own = underWay.value.get(id); own; own = underWay.value.get(id)) {
      const { now } = own
      try {
        settle([await api.editEntry(id, now)])
      } catch (failure) {
        all = false
        trouble.value = { title: entry.title, error: asAppError(failure), retry: () => void edit(entry, now) }
      }
      const later = underWay.value.get(id)
      keep(id, later?.next ? { ...later, now: later.next, next: null } : null)
    }
    return all
  }

  /** Changes many entries in the same way, so many at a time. True when all of them were kept. */
  async function editMany(ids: string[], change: EntryChange, told: (done: number) => void = () => {}): Promise<boolean> {
    const bulk: Bulk = { ids: new Set(ids), change }
    bulks.value = [...bulks.value, bulk]
    try {
      for (let at = 0; at < ids.length; at += BATCH) {
        settle(await api.editEntries(ids.slice(at, at + BATCH), change))
        told(Math.min(ids.length, at + BATCH))
      }
      return true
    } catch (failure) {
      trouble.value = { title: '', error: asAppError(failure), retry: () => void editMany(ids, change, told) }
      return false
    } finally {
      bulks.value = bulks.value.filter((each) => each !== bulk)
    }
  }

  function keep(id: string, own: UnderWay | null): void {
    const all = new Map(underWay.value)
    if (own) all.set(id, own)
    else all.delete(id)
    underWay.value = all
  }

  return { trouble, over, edit, editMany }
}

/** How many entries one call changes. */
const BATCH = 200
