// The situations that the window must look right in: what the fake application knows and how it behaves.
import type {
  AppError, AppSettings, Budgets, ChangeView, ConflictView, DecidedView, EntryView, IntegrationView, KeyProtection, MatchView, NeverView, Notice, Provider, ProviderReport,
  RunView, SettingsView, SignInAddresses, WaitingPlan,
} from '../contract'
import { inventEntries, minutesFromNow } from './entries'
import { inventChanges, pastOf, quietRuns } from './history'
import { inventDecided, inventMatches } from './matches'
import { inventGuardedPlan, inventPlan } from './plan'
import { inventQuestions } from './questions'

export interface World {
  settings: SettingsView
  app: AppSettings
  entries: EntryView[]
  plan: WaitingPlan | null
  questions: ConflictView[]
  matches: MatchView[]
  decided: DecidedView[]
  nevers: NeverView[]
  runs: RunView[]
  changes: ChangeView[]
  budgets: Budgets
  notices: Partial<Record<Provider, Notice[]>>
  protection: KeyProtection
  offline: boolean
  running: boolean
  /** How long each answer takes, in milliseconds. */
  delay: number
  /** Commands that fail, by the name of the call. */
  failures: Record<string, AppError>
  samples: boolean
}

export const WORLDS = [
  'full', 'empty', 'first', 'one', 'trouble', 'slow', 'offline', 'syncing', 'broken', 'locked', 'guard', 'thousands', 'quiet', 'stubborn', 'turned_away',
] as const
export type WorldName = (typeof WORLDS)[number]

export const BROKEN: AppError = {
  code: 'database',
  message: 'The library could not be read: the database file is locked by another program.',
  hint: 'Close the other program, then try again.',
}

export function worldFrom(query: URLSearchParams): World {
  const world = worldOf((query.get('world') ?? 'full') as WorldName)
  const theme = query.get('theme')
  const language = query.get('language')
  if (theme === 'light' || theme === 'dark') world.app.theme = theme
  if (language === 'ja' || language === 'en') world.app.language = language
  return world
}

export function worldOf(name: WorldName): World {
  const world = full(name === 'full' || name === 'slow' || name === 'syncing' ? 12_040 : 60)
  switch (name) {
    case 'full':
      break
    case 'empty':
      return { ...world, entries: [], plan: null, questions: [], matches: [], decided: [], nevers: [], runs: [], changes: [], settings: disconnected(), app: settings(true) }
    case 'first':
      return { ...world, entries: [], plan: null, questions: [], matches: [], decided: [], nevers: [], runs: [], changes: [], settings: disconnected(), app: settings(false) }
    case 'one':
      return { ...world, entries: world.entries.slice(0, 1), plan: inventPlan(inventEntries(1)), questions: inventQuestions(world.entries, 1, 0), matches: inventMatches(world.entries, 1), decided: inventDecided(world.entries, 1), runs: world.runs.slice(0, 1) }
    case 'trouble':
      world.settings.anilist = { ...connected('rosereader'), token_expires_at: minutesFromNow(60 * 24 * 9) }
      world.settings.myanimelist = { ...connected('rose_reader'), state: 'sign_in_again', last_sync_status: 'sign_in_again' }
      world.settings.kitsu = { ...connected('Rose'), state: 'paused', sync_enabled: false }
      world.budgets.anilist = { per_minute: 30, promised: 90, left: 0, paused_until: minutesFromNow(4), pause_reason: 'too_many' }
      break
    case 'turned_away':
      world.settings.kitsu = connected('Rose')
      world.budgets.myanimelist = { per_minute: 72, promised: null, left: 0, paused_until: minutesFromNow(11), pause_reason: 'shut_out' }
      world.notices = { kitsu: ['sfw_filter_on'] }
      break
    case 'guard':
      return { ...world, plan: inventGuardedPlan(inventEntries(40)), runs: pastOf('guard') }
    case 'quiet':
      return { ...world, plan: null, questions: [], matches: [], runs: quietRuns(), changes: [], entries: [] }
    case 'thousands':
      return { ...world, plan: inventPlan(inventEntries(6000)), questions: inventQuestions(inventEntries(10_400), 10_000, 400), matches: inventMatches(inventEntries(5000), 5000), decided: inventDecided(inventEntries(5000), 3000) }
    case 'slow':
      return { ...world, delay: 4000 }
    case 'offline':
      return { ...world, offline: true }
    case 'syncing':
      return { ...world, running: true }
    case 'stubborn':
      return { ...world, failures: Object.fromEntries(WRITES.map((call) => [call, BROKEN])) }
    case 'broken':
      return { ...world, failures: Object.fromEntries(READS.map((call) => [call, BROKEN])) }
    case 'locked':
      return { ...world, protection: 'missing', app: settings(false), settings: disconnected(), entries: [], plan: null, questions: [], matches: [], decided: [] }
  }
  return world
}

const READS = ['getSettings', 'library', 'history', 'historyOf', 'waitingPlan', 'conflicts', 'matches', 'decidedMatches', 'nevers', 'snapshots', 'statistics', 'usage', 'budgets', 'waiting', 'about', 'doctor']
const WRITES = ['editEntry', 'editEntries', 'removeEntry', 'addEntry', 'link', 'unlink', 'searchProvider', 'resolveConflict', 'acceptMatch', 'rejectMatch', 'ignoreMatch', 'reopenMatch', 'undo', 'planDecide', 'allow', 'restoreSnapshot']

function full(count: number): World {
  return {
    settings: { anilist: connected('rosereader'), myanimelist: connected('rose_reader'), kitsu: disconnectedOne(), keep_in_step: true, guard_percent: 10 },
    app: settings(true),
    entries: inventEntries(count),
    plan: inventPlan(inventEntries(14)),
    questions: inventQuestions(inventEntries(14), 9, 5),
    matches: inventMatches(inventEntries(14), 6),
    decided: inventDecided(inventEntries(14).slice(6), 7),
    nevers: neversOf(inventEntries(20)),
    runs: pastOf('first'),
    changes: inventChanges(),
    notices: {},
    budgets: {
      anilist: { per_minute: 30, promised: 90, left: 27, paused_until: null, pause_reason: null },
      myanimelist: { per_minute: 72, promised: null, left: 70, paused_until: null, pause_reason: null },
      kitsu: { per_minute: 300, promised: null, left: 300, paused_until: null, pause_reason: null },
    },
    protection: 'keyring',
    offline: false,
    running: false,
    delay: 0,
    failures: {},
    samples: false,
  }
}

function neversOf(entries: EntryView[]): NeverView[] {
  return entries.slice(15, 18).map((entry, at) => ({
    provider: at % 2 ? 'anilist' : 'myanimelist', external_id: String(9_000_000 + at), title: entry.title, field: at === 1 ? 'score' : null, at: minutesFromNow(-60 * 24 * at - 90),
  }))
}

export function settings(welcomed: boolean): AppSettings {
  return {
    language: 'en', theme: 'dark', title_language: 'romaji', score_display: 'hundred', start_at_login: false,
    start_hidden: false, close_to_tray: welcomed ? true : null, schedule_minutes: 30, full_check_hours: 24,
    notifications: true, welcome_done: welcomed, anilist_way_back: 'deep_link', myanimelist_way_back: 'deep_link',
  }
}

export function disconnectedOne(): IntegrationView {
  return {
    is_connected: false, state: 'disconnected', external_user_id: null, external_username: null, token_expires_at: null,
    client_id_set: false, client_secret_set: false, sync_enabled: true, sync_reading_progress: true, sync_ratings: true,
    sync_status: true, auto_sync: true, direction: 'both', rule: 'newest', own_rules: {}, removal: 'ask', on_removal: null,
    export_private: false, volumes: false, last_sync_at: null, last_sync_status: 'pending',
  }
}

export function connected(name: string): IntegrationView {
  return {
    ...disconnectedOne(), is_connected: true, state: 'connected', external_user_id: '4242', external_username: name,
    token_expires_at: minutesFromNow(60 * 24 * 211), client_id_set: true, on_removal: 'ask',
    last_sync_at: minutesFromNow(-14), last_sync_status: 'success',
  }
}

function disconnected(): SettingsView {
  return { anilist: disconnectedOne(), myanimelist: disconnectedOne(), kitsu: disconnectedOne(), keep_in_step: false, guard_percent: 10 }
}

export function addressesOf(provider: Provider): SignInAddresses {
  return {
    deep_link: `kuroibara://oauth/${provider}`,
    loopback: `http://127.0.0.1:17349/oauth/${provider}`,
    pin: provider === 'anilist' ? 'https://anilist.co/api/v2/oauth/pin' : null,
    chosen: 'deep_link',
    register_url: provider === 'anilist' ? 'https://anilist.co/settings/developer' : 'https://myanimelist.net/apiconfig',
  }
}

export function reportOf(counts: Partial<ProviderReport>): ProviderReport {
  return {
    status: 'success', requests: 4, pulled: 0, pushed: 0, created_local: 0, created_remote: 0, removed: 0, conflicts: 0,
    unmatched: 0, held: 0, errors: [], ...counts,
  }
}
