// Everything the window can ask of the application, and the only file that talks to Tauri. Stores call it; components
// never do. Each failure arrives as an AppError in words for a person.
import { listen } from '@tauri-apps/api/event'
import { inject, type InjectionKey } from 'vue'
import { commands } from './bindings'
import type * as c from './contract'

export type { ErrorCode } from './bindings'

export interface Api {
  getSettings(): Promise<c.SettingsView>
  setUpClient(provider: c.Provider, clientId: string, clientSecret: string | null): Promise<c.IntegrationView>
  updateIntegration(provider: c.Provider, change: c.IntegrationChange): Promise<c.IntegrationView>
  setKeepInStep(on: boolean): Promise<boolean>
  setGuard(percent: number): Promise<number>
  connect(provider: c.Provider): Promise<c.LoginBegun>
  signInAddresses(provider: c.Provider): Promise<c.SignInAddresses>
  finishLogin(text: string): Promise<c.IntegrationView>
  connectKitsu(username: string, password: string): Promise<c.IntegrationView>
  disconnect(provider: c.Provider): Promise<c.IntegrationView>

  triggerSync(provider: c.Provider | null, full: boolean): Promise<c.Report>
  previewSync(provider: c.Provider | null, full: boolean): Promise<c.Report>
  syncState(): Promise<c.SyncState>
  pause(until: 'hour' | 'tomorrow'): Promise<c.SyncState>
  resume(): Promise<c.SyncState>
  waitingPlan(): Promise<c.WaitingPlan | null>
  /** Decides on a part of the plan that was looked at, if it is still that one. */
  planDecide(runId: string, decision: c.PlanDecision): Promise<c.WaitingPlan>
  /** Takes back what was said last of the plan that was looked at. */
  planTakeBack(runId: string): Promise<c.WaitingPlan>
  planApply(rows: number[], runId: string | null): Promise<c.Report>
  nevers(): Promise<c.NeverView[]>
  /** Takes a “never” back. */
  allow(provider: c.Provider, externalId: string, field: c.Field | null): Promise<c.NeverView[]>

  conflicts(limit: number, after: string | null): Promise<c.ConflictsView>
  /** How many questions were answered. */
  resolveConflict(id: string, answer: string, alike: boolean): Promise<number>
  /** Takes an answer back, with those given alike, while it was not carried out. */
  reopenConflict(id: string): Promise<c.Reopened>
  matches(): Promise<c.MatchView[]>
  acceptMatch(id: string): Promise<null>
  rejectMatch(id: string): Promise<null>
  /** The title has no counterpart at that service. */
  ignoreMatch(id: string, reason: string): Promise<null>
  decidedMatches(): Promise<c.DecidedView[]>
  /** Takes back that a title is not that work, or without one that it has no counterpart there. What is left of what was said. */
  reopenMatch(mangaId: string, provider: c.Provider, externalId: string | null): Promise<c.DecidedView[]>
  /** Takes back a change, a run, an earlier undo or what an answer changed; with `force` also where something newer stands. */
  undo(id: string, force: boolean): Promise<c.UndoReport>
  /** Takes back everything since a moment. */
  undoSince(since: string, force: boolean): Promise<c.UndoReport>
  snapshots(): Promise<c.SnapshotView[]>
  snapshot(id: string, search: string, limit: number, offset: number): Promise<c.SnapshotDetail>
  /** Brings back what a kept list said of one title, or of all. */
  restoreSnapshot(id: string, mangaId: string | null, force: boolean): Promise<c.UndoReport>

  library(query: c.LibraryQuery): Promise<c.LibraryPage>
  entryDetail(mangaId: string): Promise<c.EntryDetail>
  editEntry(mangaId: string, change: c.EntryChange): Promise<c.EntryView>
  editEntries(mangaIds: string[], change: c.EntryChange): Promise<c.EntryView[]>
  addEntry(provider: c.Provider, externalId: string): Promise<c.EntryView>
  removeEntry(mangaId: string): Promise<null>
  searchProvider(provider: c.Provider, query: string): Promise<c.Hit[]>
  link(mangaId: string, provider: c.Provider, externalId: string): Promise<c.EntryView>
  unlink(mangaId: string, provider: c.Provider): Promise<c.EntryView>

  history(run: string | null, limit: number, offset: number): Promise<c.History>
  /** The newest single changes that are looked for, in all that was ever done. */
  historyOf(query: c.HistoryQuery, limit: number, offset: number): Promise<c.History>
  usage(hours: number): Promise<c.UsageHour[]>
  budgets(): Promise<c.Budgets>
  health(): Promise<c.AccountHealth[]>
  waiting(): Promise<c.WaitingItem[]>
  retry(mangaId: string, provider: c.Provider): Promise<null>
  statistics(): Promise<c.Statistics>

  appSettings(): Promise<c.AppSettings>
  updateAppSettings(change: Partial<c.AppSettings>): Promise<c.AppSettings>
  closeWindow(): Promise<null>
  about(): Promise<c.About>
  doctor(): Promise<c.Check[]>
  showInFolder(what: 'database' | 'logs'): Promise<null>
  openLink(url: string): Promise<null>
  protection(): Promise<c.KeyProtection>
  unlock(passphrase: string): Promise<c.KeyProtection>
  sampleAccountsStart(): Promise<c.SampleAccounts>
  sampleAccountsRemove(): Promise<c.SampleAccounts>
  sampleAccounts(): Promise<c.SampleAccounts>

  /** Calls back on each event of that name, until the returned function is called. */
  on<E extends keyof c.AppEvents>(event: E, then: (payload: c.AppEvents[E]) => void): () => void
}

export const apiKey: InjectionKey<Api> = Symbol('api')

/** The application behind this window. For stores only. */
export function useApi(): Api {
  const api = inject(apiKey)
  if (!api) throw new Error('the window was started without an application behind it')
  return api
}

/** Any failure as an AppError: what the application sent as it is, anything else as a fault of our own. */
export function asAppError(error: unknown): c.AppError {
  if (typeof error === 'object' && error !== null && 'code' in error && 'message' in error) {
    return { hint: null, ...(error as Pick<c.AppError, 'code' | 'message'>) }
  }
  return { code: 'unexpected', message: error instanceof Error ? error.message : String(error), hint: null }
}

/** An answer as it really comes: whole. What Rust may leave out when it reads is marked optional in its types. */
type Whole<T> = T extends (infer I)[] ? Whole<I>[] : T extends object ? { [K in keyof T]-?: Whole<T[K]> } : T
type Answered<T> = { [K in keyof T]: T[K] extends (...args: infer A) => Promise<infer R> ? (...args: A) => Promise<Whole<R>> : never }

/** The real application, reached through Tauri. */
export function tauriApi(): Api {
  return { ...(commands as Answered<typeof commands>), on: onTauriEvent }
}

function onTauriEvent<E extends keyof c.AppEvents>(event: E, then: (payload: c.AppEvents[E]) => void): () => void {
  const unlisten = listen<c.AppEvents[E]>(event.replaceAll('_', '-'), ({ payload }) => then(payload))
  return () => void unlisten.then((stop) => stop())
}
