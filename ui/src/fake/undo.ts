// Taking back in the invented past: what a change or a run did goes back, except where something newer stands.
import type { AppError, ChangeView, LeftRow, UndoneRow, UndoReport } from '../contract'
import { minutesFromNow } from './entries'
import type { World } from './worlds'

const NOTHING: AppError = { code: 'refused', message: 'There is nothing to take back: nothing in the library was changed by it.', hint: null }

/** Takes back these changes. Without `force`, notes and statuses count as changed again since. */
export function undoneOf(world: World, id: string, force: boolean): UndoReport {
  return takeBack(world, world.changes.filter((change) => change.change_id === id || change.run_id === id), force)
}

export function undoneSince(world: World, since: string, force: boolean): UndoReport {
  return takeBack(world, world.changes.filter((change) => change.at >= since), force)
}

function takeBack(world: World, changes: ChangeView[], force: boolean): UndoReport {
  const undoable = changes.filter((change) => change.field !== null || ['created', 'added', 'removed', 'restored'].includes(change.cause))
  if (!undoable.length) throw NOTHING
  const newer = force ? [] : undoable.filter((change) => change.field === 'notes' || change.field === 'status')
  if (newer.length === undoable.length) {
    throw { code: 'newer_edits', message: `${newer.length} of these values were changed again since.`, hint: 'Take the newer changes back first, or take this back all the same and lose them.' } satisfies AppError
  }
  const run = crypto.randomUUID()
  const back = undoable.filter((change) => !newer.includes(change))
  world.changes = [...back.map((change, at) => ({
    ...change, change_id: `${run.slice(0, -4)}${(at % 10_000).toString().padStart(4, '0')}`, run_id: run, before: change.after, after: change.before,
    provider: null, origin: 'user', cause: 'undo', at: minutesFromNow(0),
  })), ...world.changes]
  return { run_id: run, applied: true, plan: back.map(rowOf), left: newer.map(leftOf) }
}

function rowOf({ manga_id, title, field, before, after, cause }: ChangeView): UndoneRow {
  const action = field ? 'undo' : cause === 'removed' ? 'restore' : 'remove_local'
  return { manga_id, title: title ?? '', action, provider: null, fields: field ? [{ field, before: after as never, after: before as never }] : [] }
}

const leftOf = ({ manga_id, title, field }: ChangeView): LeftRow => ({ manga_id, title: title ?? '', field, why: 'newer_edit' })
