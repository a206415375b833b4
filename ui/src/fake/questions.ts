// Open questions, as the engine would ask them: fields that two or three sides changed, and titles that are gone somewhere.
import { PROVIDERS, type ConflictView, type EntryView, type FieldGroup, type Fields, type Provider } from '../contract'
import { minutesFromNow } from './entries'

const LONG_NOTE = 'Lent volume 3 to a friend; ask for it back in spring, and look up whether the new edition has the colour pages that the first printing had.'

/** `conflicts` of the first entries, then `removals` of the next. */
export function inventQuestions(entries: readonly EntryView[], conflicts: number, removals: number): ConflictView[] {
  return [
    ...entries.slice(0, conflicts).map(conflictAbout),
    ...entries.slice(conflicts, conflicts + removals).map(removalOf),
  ]
}

function base(entry: EntryView, at: number): Pick<ConflictView, 'id' | 'manga_id' | 'title' | 'opened_at' | 'provider' | 'group'> {
  return {
    id: `0192d000-0000-7000-8000-${at.toString(16).padStart(12, '0')}`,
    manga_id: entry.manga_id, title: entry.title, opened_at: minutesFromNow(-60 * (at % 50) - 14), provider: null, group: null,
  }
}

function conflictAbout(entry: EntryView, at: number): ConflictView {
  const group = (['reading_state', 'score', 'reading_state', 'notes', 'started_on', 'reading_state', 'private'] as const)[at % 7] ?? 'score'
  const [before, here, there, elsewhere] = valuesOf(group, entry)
  const sides: [Provider, Fields][] = [['anilist', there], ['myanimelist', elsewhere], ['kitsu', there]]
  const some = sides.slice(0, 1 + (at % 3))
  return {
    ...base(entry, at), kind: 'fields', group,
    answers: ['local', ...some.map(([provider]) => provider)],
    local: { fields: here, at: minutesFromNow(-95 - at), origin: at % 4 === 3 ? 'kitsu' : 'user' },
    sides: Object.fromEntries(some.map(([provider, fields]) => [provider, { fields, base: before, updated_at: minutesFromNow(-140 - at * 3) }])),
  }
}

/** What was agreed on, then what the library and two services made of it. */
function valuesOf(group: FieldGroup, entry: EntryView): [Fields, Fields, Fields, Fields] {
  const read = entry.chapters_read
  switch (group) {
    case 'reading_state': {
      const reading: Fields = { status: 'reading', chapters_read: read, volumes_read: entry.volumes_read, rereads: 0, finished_on: null }
      return [reading, { ...reading, chapters_read: read + 4 }, { ...reading, status: 'completed', chapters_read: read + 12, finished_on: '2026-11-02' }, { status: 'on_hold', chapters_read: read, volumes_read: entry.volumes_read, rereads: 0 }]
    }
    case 'score': return [{ score: 70 }, { score: 87 }, { score: 75 }, { score: 60 }]
    case 'started_on': return [{ started_on: null }, { started_on: '2025-03-01' }, { started_on: '2025-02' }, { started_on: '2025-03-01' }]
    case 'notes': return [{ notes: null }, { notes: LONG_NOTE }, { notes: 'Lent.' }, { notes: 'Read the colour edition.' }]
    case 'private': return [{ private: false }, { private: true }, { private: false }, { private: false }]
  }
}

function removalOf(entry: EntryView, at: number): ConflictView {
  const provider = PROVIDERS[at % 2] ?? 'anilist'
  const whole: Fields = { status: entry.status, chapters_read: entry.chapters_read, volumes_read: entry.volumes_read, score: entry.score, notes: entry.notes }
  const gone = at % 3 !== 1
  const other = at % 2 ? 'anilist' : 'myanimelist'
  return {
    ...base(entry, 20_000 + at), kind: gone ? 'vanished_there' : 'removed_here', provider, answers: ['keep', 'remove', 'restore'],
    local: { fields: whole, at: minutesFromNow(-60 * 24 * 3), origin: 'user' },
    sides: {
      [provider]: { fields: gone ? null : whole, base: whole, updated_at: gone ? null : minutesFromNow(-60 * 24 * 40) },
      [other]: { fields: whole, base: whole, updated_at: minutesFromNow(-60 * 24 * 5) },
    },
  }
}
