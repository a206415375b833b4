// Plans that wait, as the engine would propose them: a first sync of any size, and one that the guard stopped.
import type { EntryView, Field, PlanDecision, Provider, RunView, Value, WaitingField, WaitingPlan, WaitingRow } from '../contract'
import { minutesFromNow } from './entries'
import { reportOf } from './worlds'

export const PLAN_RUN = '0192b000-0000-7000-8000-00000000ffff'

/** A first sync: titles that come in, go out and differ. */
export function inventPlan(entries: EntryView[]): WaitingPlan {
  const rows = entries.flatMap(rowsOf).map((row, at) => ({ ...row, row: at + 1, changed_since: at % 11 === 5 ? minutesFromNow(-3) : null }))
  return { run_id: PLAN_RUN, full: true, waits: { anilist: { why: 'first' }, myanimelist: { why: 'first' } }, said: 0, rows }
}

/** What an account that was emptied by mistake would do to the library. */
export function inventGuardedPlan(entries: EntryView[]): WaitingPlan {
  const rows = entries.map((entry, at) => ({
    ...base(entry, at), row: at + 1, provider: 'myanimelist' as const, action: at % 3 ? 'pull' as const : 'remove_remote' as const,
    fields: at % 3 ? [change('chapters_read', entry.chapters_read + 5, 0), change('score', entry.score ?? 70, null)] : [],
  }))
  return { run_id: PLAN_RUN, full: true, waits: { myanimelist: { why: 'guard', stop: { kind: 'too_much', lowered: 40, allowed: 31, of: 312 } } }, said: 0, rows }
}

/** The run that made the plan and then waited. */
export function planRun(why: 'first' | 'guard'): RunView {
  const stop = { code: 'guard', message: 'MyAnimeList: 40 of 312 titles would be lowered, cleared or removed. Nothing was changed; approve it if that is right', manga_id: null }
  return {
    run_id: PLAN_RUN, strategy: 'full', trigger: 'manual', status: 'needs_approval',
    started_at: minutesFromNow(-4000), finished_at: minutesFromNow(-3999),
    providers: why === 'guard'
      ? { myanimelist: reportOf({ status: 'needs_approval', waits: { why: 'guard', stop: { kind: 'too_much', lowered: 40, allowed: 31, of: 312 } }, errors: [stop] }) }
      : { anilist: reportOf({ status: 'needs_approval' }), myanimelist: reportOf({ status: 'needs_approval' }) },
  }
}

const change = (field: Field, before: Value, after: Value): WaitingField =>
  ({ field, before, after, origin: field === 'score' ? 'user' : 'anilist', at: minutesFromNow(field === 'score' ? -20 : -185), brought_back: false, skipped: false, wish: null })

/** The plan as it stands after a person said something of a part of it. */
export function decidedPlan(plan: WaitingPlan, { rows, part, verdict }: PlanDecision): WaitingPlan {
  const said = (row: WaitingRow): WaitingRow => {
    if (part === 'row') return { ...row, skipped: verdict !== 'accept' }
    const fields = row.fields.map((each) => (isPart(each.field, part) ? saidOf(each, verdict) : each))
    return { ...row, fields, skipped: fields.every((each) => each.skipped) }
  }
  const kept = verdict === 'never' && part === 'row' ? plan.rows.filter((row) => !rows.includes(row.row)) : plan.rows
  return { ...plan, rows: kept.map((row) => (rows.includes(row.row) ? said(row) : row)) }
}

const isPart = (field: Field, part: Exclude<PlanDecision['part'], 'row'>) =>
  ('field' in part ? field === part.field : part.group === 'reading_state' ? PROGRESS.includes(field) : field === part.group)

function saidOf(field: WaitingField, verdict: PlanDecision['verdict']): WaitingField {
  if (typeof verdict === 'object') return { ...field, skipped: false, wish: { value: verdict.value, at: minutesFromNow(0) } }
  return { ...field, skipped: verdict !== 'accept', wish: null }
}

const PROGRESS: readonly Field[] = ['status', 'chapters_read', 'volumes_read', 'rereads', 'finished_on']

function base(entry: EntryView, at: number): Omit<WaitingRow, 'row' | 'provider' | 'action' | 'fields'> {
  return {
    skipped: false, changed_since: null, manga_id: entry.manga_id, title: entry.title, external_id: String(9_000_000 + at),
    work: `anilist:${9_000_000 + at}`, origin: null, at: null,
  }
}

function rowsOf(entry: EntryView, at: number): Omit<WaitingRow, 'row'>[] {
  const both = { ...base(entry, at), external_id: String(9_000_000 + at) }
  const there: Provider = at % 2 ? 'anilist' : 'myanimelist'
  const whole = [change('status', null, entry.status), change('chapters_read', null, entry.chapters_read), change('score', null, entry.score), change('started_on', null, '2025-03')]
  switch (at % 5) {
    case 0: return [{ ...both, provider: there, action: 'push', fields: [change('chapters_read', entry.chapters_read, entry.chapters_read + 3), change('score', null, 80)] }]
    case 1: return [
      { ...both, provider: 'anilist', action: 'pull', fields: [change('status', 'reading', 'completed'), change('finished_on', null, '2026-01-14'), change('notes', null, 'Lent volume 3 to a friend; ask for it back in spring.')] },
      { ...both, provider: 'myanimelist', action: 'push', fields: [change('status', 'reading', 'completed')] },
    ]
    case 2: return [{ ...both, provider: there, action: 'create_remote', origin: 'user', at: minutesFromNow(-300), fields: whole }]
    default: return [{ ...both, manga_id: null, provider: there, action: 'create_local', origin: there, at: minutesFromNow(-60 * 24 * 9), fields: whole }]
  }
}
