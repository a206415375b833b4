// What the window and the application say to each other: the shapes of the answers, as the engine serialises them.
// It knows no Tauri and no component. Times are RFC 3339 texts, counts are numbers, secrets are never an answer.

export const PROVIDERS = ['anilist', 'myanimelist', 'kitsu'] as const
export type Provider = (typeof PROVIDERS)[number]

export const STATUSES = ['reading', 'completed', 'on_hold', 'dropped', 'plan_to_read', 'rereading'] as const
export type Status = (typeof STATUSES)[number]

export const DIRECTIONS = ['both', 'pull', 'push'] as const
export type Direction = (typeof DIRECTIONS)[number]

export const RULES = ['newest', 'furthest', 'local', 'remote', 'ask'] as const
export type Rule = (typeof RULES)[number]

export type ConnectionState = 'disconnected' | 'connected' | 'sign_in_again' | 'paused'
export type RunStatus = 'success' | 'partial' | 'failed' | 'needs_approval' | 'sign_in_again' | 'skipped'
export const FIELDS = [
  'status', 'chapters_read', 'volumes_read', 'score', 'rereads', 'started_on', 'finished_on', 'notes', 'private',
] as const
export type Field = (typeof FIELDS)[number]
export type Value = string | number | boolean | null
export type Action = 'pull' | 'push' | 'create_local' | 'create_remote' | 'remove_local' | 'remove_remote' | 'link'

/** What went wrong, in words for a person: what was tried, and what to do next; and the service it is about, if any. */
export interface AppError { code: string; message: string; hint: string | null; provider?: Provider | null }

export interface IntegrationView {
  is_connected: boolean
  state: ConnectionState
  external_user_id: string | null
  external_username: string | null
  token_expires_at: string | null
  client_id_set: boolean
  client_secret_set: boolean
  sync_enabled: boolean
  sync_reading_progress: boolean
  sync_ratings: boolean
  sync_status: boolean
  auto_sync: boolean
  direction: Direction
  rule: Rule
  /** Who wins in these groups of fields instead. */
  own_rules: Partial<Record<FieldGroup, Rule>>
  removal: 'ask' | 'follow' | 'keep'
  /** What a removal in the library leads to as things stand; null: nothing, since nothing goes to this provider. */
  on_removal: 'ask' | 'follow' | 'keep' | null
  export_private: boolean
  volumes: boolean
  last_sync_at: string | null
  last_sync_status: string
}
/** What a person may change of an integration; what is absent stays. */
export type IntegrationChange = Partial<Pick<IntegrationView,
  | 'sync_enabled' | 'sync_reading_progress' | 'sync_ratings' | 'sync_status' | 'auto_sync' | 'direction' | 'rule'
  | 'removal' | 'export_private' | 'volumes'>> & { own_rules?: Partial<Record<FieldGroup, Rule | null>> }
export type SettingsView = Record<Provider, IntegrationView> & {
  keep_in_step: boolean
  /** The share of a service's titles that a sync may lower, clear or remove without asking, in hundredths. */
  guard_percent: number
}

export interface LoginBegun { authorize_url: string; expires_at: string }
/** The addresses that a person registers at a service before connecting. */
export interface SignInAddresses { deep_link: string; loopback: string; pin: string | null; register_url: string; chosen: WayBack }
/** Which of them the person registered: services compare return addresses letter by letter. */
export type WayBack = 'deep_link' | 'loopback' | 'pin'

export interface Problem { code: string; message: string; manga_id: string | null }
/** `origin` set it: `user` or a service. */
/** `brought_back`: by an undo or from a kept list, at that moment; the origin is whoever had brought the value first. */
export interface FieldChange extends ValueChange { origin: string; at: string; brought_back: boolean }
export interface ValueChange { field: Field; before: Value; after: Value }
export interface PlanRow {
  manga_id: string | null
  title: string
  provider: Provider
  external_id: string
  /** Rows with the same one are about the same title. */
  work: string
  action: Action
  /** Who brought the entry or removed it, and when; null where only fields change. */
  origin: string | null
  at: string | null
  fields: FieldChange[]
}
export interface ProviderReport {
  status: RunStatus
  requests: number
  pulled: number
  pushed: number
  created_local: number
  created_remote: number
  removed: number
  conflicts: number
  unmatched: number
  held: number
  /** The first few of them, by title. Reports of before do not name them. */
  held_titles?: string[]
  /** Entries that it has refused, in this run or before. */
  refused?: number
  /** Titles of an accepted plan of which nothing was left to do. Reports of before do not count them. */
  gone?: number
  waits?: Waits | null
  errors: Problem[]
}
/** Why a service's part of a plan waits. */
export type Waits = { why: 'first' } | { why: 'guard'; stop: Stop } | { why: 'changed'; titles: number }
/** What the guard found, in numbers of titles. */
export type Stop =
  | { kind: 'empty_listing'; returned: number; of: number }
  | { kind: 'too_much'; lowered: number; allowed: number; of: number }
export interface Report {
  run_id: string
  strategy: 'full' | 'incremental' | 'edit'
  applied: boolean
  providers: Partial<Record<Provider, ProviderReport>>
  plan: PlanRow[]
  plan_total: number
}
/** `wish`: what the person chose instead, in the library's terms. */
export interface WaitingField extends FieldChange { skipped: boolean; wish: { value: Value; at: string } | null }
export interface WaitingRow extends Omit<PlanRow, 'fields'> {
  row: number
  skipped: boolean
  /** Since when it is other than it was shown before. */
  changed_since: string | null
  fields: WaitingField[]
}
export interface WaitingPlan { run_id: string; full: boolean; waits: Partial<Record<Provider, Waits>>; said: number; rows: WaitingRow[] }
export type Part = 'row' | { group: FieldGroup } | { field: Field }
export type Verdict = 'accept' | 'skip' | 'never' | { value: Value }
export interface PlanDecision { rows: number[]; part: Part; verdict: Verdict }
/** How many questions are open again, and how many answers were carried out already. */
export interface Reopened { reopened: number; carried_out: number }
/** Something that is never synced: a title, or one field of it. */
export interface NeverView { provider: Provider; external_id: string; title: string | null; field: Field | null; at: string }

/** A service's list as it was before the first write of a run. */
export interface SnapshotView { id: string; run_id: string; provider: Provider; taken_at: string; entries: number; bytes: number }
export interface SnapshotTitle { external_id: string; manga_id: string | null; title: string | null; fields: Fields }
/** `found`: how many titles hold what was searched for. */
export interface SnapshotDetail { snapshot: SnapshotView; found: number; titles: SnapshotTitle[] }

export interface RunView {
  run_id: string
  strategy: string
  trigger: string
  status: string
  started_at: string
  finished_at: string | null
  providers: Partial<Record<Provider, ProviderReport>> | null
}
export interface ChangeView {
  change_id: string
  run_id: string | null
  manga_id: string
  title: string | null
  provider: Provider | null
  field: Field | null
  before: unknown
  after: unknown
  origin: string
  cause: string
  at: string
}
export interface History { runs: RunView[]; changes: ChangeView[] }

/** What an open question is about. */
export type ConflictKind = 'fields' | 'removed_here' | 'vanished_there' | 'link'
/** Fields that only make sense together. */
export const FIELD_GROUPS = ['reading_state', 'score', 'started_on', 'notes', 'private'] as const
export type FieldGroup = (typeof FIELD_GROUPS)[number]
export type Fields = Partial<Record<Field, Value>>
/** What the library says, since when, and who said so: `user` or a service. */
export interface Told { fields: Fields; at: string; origin: string }
/** What a service says now, what both agreed on last, and when the entry was last saved there. */
export interface ToldThere { fields: Fields | null; base: Fields | null; updated_at: string | null }
export interface ConflictView {
  id: string
  kind: ConflictKind
  manga_id: string
  title: string
  group: FieldGroup | null
  provider: Provider | null
  opened_at: string
  /** The answers that fit: `local`, a service, `keep`, `remove` or `restore`. */
  answers: string[]
  local: Told | null
  sides: Partial<Record<Provider, ToldThere>>
}
/** Some of the open questions, the oldest first, and how many there are in all. */
export interface ConflictsView { total: number; conflicts: ConflictView[] }

/** A fact about two works that may be one; what those with a value count, its words say. */
export type Sign =
  | { sign:
    | 'same_shown' | 'shown_is_other' | 'same_other' | 'same_part' | 'same_typed' | 'same_native' | 'short' | 'other_part'
    | 'other_edition' | 'same_author' | 'like_author' | 'part_of_author' | 'other_author' | 'no_author' | 'same_form'
    | 'other_form' | 'same_year' | 'same_chapters' | 'other_chapters' | 'same_volumes' | 'other_volumes' }
  | { sign: 'alike' | 'other_native' | 'names' | 'shared' | 'years_apart'; value: number }
/** Why a person has to look, however likely it is. */
export type Against = 'novel_and_comic' | 'one_shot_and_series' | 'taken' | 'contradictory'
/** A work as it is shown beside another. */
export interface Shown {
  title: string
  titles: string[]
  authors: string[]
  format: string
  year: number | null
  chapters: number | null
  volumes: number | null
  cover: string | null
}
/** A title of the library and a work of a service that may be the same. */
export interface MatchView {
  id: string
  manga_id: string
  manga: Shown
  provider: Provider
  external_id: string
  /** The title of the library that the work is now. */
  other_id: string | null
  other: Shown
  /** In percent. */
  confidence: number
  evidence: { signs: Sign[]; against: Against[] }
  opened_at: string
}
/** What a person said of a title at a service. A work's title is null where nobody knows it any more. */
export type Said =
  | { how: 'linked' | 'rejected'; external_id: string; title: string | null }
  | { how: 'ignored'; reason: string }
export interface DecidedView { manga_id: string; manga: Shown; provider: Provider; said: Said; at: string }

export interface UndoneRow {
  manga_id: string
  title: string
  /** `undo`, `restore` (it is in the library again), `remove_local`, or `put_back` (at a service alone). */
  action: string
  /** Where something goes back alone; null: in the library. */
  provider: Provider | null
  fields: ValueChange[]
}
/** Something that was not taken back, and why. */
export interface LeftRow { manga_id: string; title: string; field: Field | null; why: 'newer_edit' | 'already_back' | 'not_here' }
export interface UndoReport { run_id: string; applied: boolean; plan: UndoneRow[]; left: LeftRow[] }

export type TitleKind = 'romaji' | 'english' | 'native' | 'synonym'
export interface TitleView { kind: TitleKind; text: string }
export interface EntryView {
  manga_id: string
  title: string
  titles: TitleView[]
  cover: string | null
  format: string
  mappings: Partial<Record<Provider, string>>
  status: Status
  chapters_read: number
  volumes_read: number
  score: number | null
  rereads: number
  started_on: string | null
  finished_on: string | null
  notes: string | null
  private: boolean
  added_at: string
  updated_at: string
  total_chapters: number | null
  total_volumes: number | null
  differs: boolean
  waits: boolean
}
/** A change of an entry: null clears, what is absent stays. */
export interface EntryChange {
  status?: Status
  chapters_read?: number
  volumes_read?: number
  score?: number | null
  rereads?: number
  started_on?: string | null
  finished_on?: string | null
  notes?: string | null
  private?: boolean
}
export type LibrarySort = 'title' | 'updated' | 'score' | 'progress' | 'added'
/** Came from a service, was sent to one, was done by the person, or gave way in a conflict. */
export type ChangeKind = 'came' | 'sent' | 'yours' | 'lost'
export interface HistoryQuery { search: string; provider: Provider | null; kind: ChangeKind | null }

export interface LibraryQuery {
  search: string
  statuses: Status[]
  at: Provider[]
  differs: boolean
  sort: LibrarySort
  descending: boolean
  limit: number
  offset: number
  /** The number of all is not needed: it then comes only where the page tells it. */
  uncounted?: boolean
}
export interface LibraryPage { total: number | null; entries: EntryView[] }
/** Why an entry as a whole is not written at a service. */
export type Held = 'from_elsewhere' | 'private' | 'would_change_more' | 'asked'
/** One service's side of a title. */
export interface SideView {
  external_id: string
  /** Null: a sample account, which has no pages. */
  page_url: string | null
  /** Connected and switched on; if not, nothing is sent and nothing differs. */
  takes_part: boolean
  /** A person has yet to approve the first sync with it. */
  awaits_approval: boolean
  presence: 'unknown' | 'absent' | 'present'
  fields: Partial<Record<Field, Value>> | null
  read_at: string | null
  updated_at: string | null
  differs: Field[]
  /** Those of them that were accepted, by a person or because the service can't hold ours. */
  accepted: Field[]
  will_send: ValueChange[]
  /** Sending it adds the entry there. */
  creates: boolean
  /** Fields held back because they came from another service. */
  held: Field[]
  held_entry: Held | null
  /** Fields of which a person has yet to decide. */
  asked: Field[]
  due_since: string | null
  /** Null: with the next sync. */
  next_try_at: string | null
  attempts: number
  refused: Failure | null
  failed: Failure | null
}
export interface Failure { code: string; message: string }
export interface EntryDetail {
  entry: EntryView
  titles: TitleView[]
  authors: string[]
  year: number | null
  format: string
  sides: Partial<Record<Provider, SideView>>
}
export interface Hit {
  provider: Provider
  external_id: string
  title: string
  titles: string[]
  format: string
  year: number | null
  chapters: number | null
  volumes: number | null
  authors: string[]
  cover: string | null
  manga_id: string | null
}

export interface UsageHour { provider: Provider; hour: string; requests: number }
/** Why nobody asks a service for a while. */
export type PauseReason = 'minute_used_up' | 'too_many' | 'not_working' | 'shut_out'
/** Something about an account that its reader should know. */
export type Notice = 'sfw_filter_on' | 'list_cut_short'
export interface Budget {
  per_minute: number
  /** How many it promises, while it allows fewer. */
  promised: number | null
  left: number
  paused_until: string | null
  pause_reason: PauseReason | null
}
export type Budgets = Record<Provider, Budget>
export interface WaitingItem {
  manga_id: string
  title: string
  provider: Provider
  due_since: string
  attempts: number
  next_try_at: string | null
  refused: boolean
  code: string | null
  message: string | null
}
/** How an account stands: how long its sign-in lasts, and what waits to be sent there. */
export interface AccountHealth {
  provider: Provider
  state: ConnectionState
  account: string | null
  /** When the sign-in ends for good; null: it is renewed by itself, or there is none. */
  ends_at: string | null
  days_left: number | null
  ends_soon: boolean
  waiting: number
  waiting_since: string | null
  refused: number
  notices: Notice[]
  paused_until: string | null
  pause_reason: PauseReason | null
}
/** The library in numbers; every bar is there, even where there is nothing to count. */
export interface Statistics {
  totals: { titles: number; chapters_read: number; volumes_read: number; rereads: number }
  by_status: { status: Status; titles: number }[]
  /** Ten counts: scores 1–10, 11–20, … 91–100. */
  by_score: number[]
  unrated: number
  by_format: { format: string; titles: number }[]
  /** Chapters read in each of the last 52 weeks, the oldest first; each week by its Monday. */
  chapters_per_week: { monday: string; chapters: number }[]
  /** How each connected service agrees with the library. */
  in_step: { provider: Provider; titles: number; in_step: number; differ: number; wait: number }[]
}

export type Phase = 'listing' | 'merging' | 'sending'
export type EngineEvent =
  | { event: 'waiting' }
  | { event: 'given_up' }
  | { event: 'started'; run_id: string }
  | { event: 'progress'; run_id: string; provider: Provider; phase: Phase; done: number; total: number | null; seconds_left: number | null }
  | { event: 'provider_done'; run_id: string; provider: Provider; status: RunStatus }
  | { event: 'finished'; run_id: string; applied: boolean }
  | { event: 'library_changed' }
export interface SyncState {
  running: boolean
  paused_until: string | null
  last: RunView | null
  offline: boolean
}

export interface AppSettings {
  language: 'system' | 'en' | 'ja'
  theme: 'system' | 'light' | 'dark'
  title_language: 'romaji' | 'english' | 'native'
  score_display: 'hundred' | 'ten' | 'ten_decimal' | 'five' | 'smiley'
  start_at_login: boolean
  start_hidden: boolean
  /** Null: the person was not asked yet. */
  close_to_tray: boolean | null
  schedule_minutes: number
  full_check_hours: number
  notifications: boolean
  welcome_done: boolean
  anilist_way_back: WayBack
  myanimelist_way_back: WayBack
}
export type KeyProtection = 'keyring' | 'passphrase' | 'locked' | 'passphrase_needed' | 'missing' | 'key_gone'
export interface About {
  version: string
  database: { kind: 'sqlite' | 'postgresql'; place: string }
  protection: KeyProtection
  data_dir: string
  log_dir: string
  licence: string
}
export interface Check { name: string; ok: boolean; message: string; hint: string | null }
export interface SampleAccounts { running: boolean }

/** What the application tells the window without being asked. */
export interface AppEvents {
  engine_event: EngineEvent
  /** A sync began, got further or ended, or syncing was paused or resumed: `syncState` tells. */
  sync_state_changed: null
  library_changed: null
  settings_changed: null
  navigate: { path: string }
  /** The provider is missing when the address that came back did not say. */
  sign_in_ended: { provider: Provider | null; error: AppError | null }
  /** The person closed the window and has not yet said whether the tray goes on. */
  close_asked: null
}
