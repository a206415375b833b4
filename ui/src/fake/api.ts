// A typed double of the application: the same calls over invented data. It writes its answers as the engine would, but
// it holds no rule of its own; what a sync really decides is tested where it is decided.
import type { Api } from '../api'
import { PROVIDERS, type AppError, type AppEvents, type EntryView, type LibraryQuery, type MatchView, type Provider, type Report, type WaitingPlan } from '../contract'
import { changed } from '../stores/integrations'
import { detailOf, healthOf, hitsFor, statisticsOf, usageOf, waitingOf } from './answers'
import { connected, disconnectedOne, addressesOf, reportOf, type World } from './worlds'
import { inventEntries, minutesFromNow } from './entries'
import { isSought } from './history'
import { saidOf } from './matches'
import { decidedPlan, inventPlan } from './plan'
import { inventSnapshots, snapshotOf } from './snapshots'
import { undoneOf, undoneSince } from './undo'

/** The fake, with a way to send what the application would send without being asked. */
export type FakeApi = Api & {
  world: World
  calls: { name: string; args: unknown[] }[]
  emit: <E extends keyof AppEvents>(event: E, payload: AppEvents[E]) => void
}

const NO_SUCH: AppError = { code: 'refused', message: 'There is no such entry any more.', hint: 'Reload the page.' }

const REPLACED: AppError = { code: 'plan_replaced', message: 'Another plan took the place of the one you looked at.', hint: 'Look at it again.' }
const ANSWERED: AppError = { code: 'refused', message: 'No open question has the id of this one.', hint: null }
const CARRIED_OUT: AppError = { code: 'carried_out', message: 'This was carried out already.', hint: null }
const NOTHING_SAID: AppError = { code: 'refused', message: 'Nothing that was said of this plan is left to take back.', hint: null }
const NO_MATCH: AppError = { code: 'refused', message: 'No match that waits is called that.', hint: null }
const kindOf = ({ kind, group, provider }: World['questions'][number]) => `${kind} ${group} ${provider}`

export function fakeApi(world: World): FakeApi {
  const listeners = new Map<string, Set<(payload: never) => void>>()
  const calls: FakeApi['calls'] = []
  const emit: FakeApi['emit'] = (event, payload) => {
    for (const listener of listeners.get(event) ?? []) (listener as (payload: unknown) => void)(payload)
  }
  const find = (id: string): EntryView => {
    const entry = world.entries.find((entry) => entry.manga_id === id)
    if (!entry) throw NO_SUCH
    return entry
  }
  const put = (entry: EntryView): EntryView => {
    world.entries = world.entries.map((old) => (old.manga_id === entry.manga_id ? entry : old))
    return entry
  }
  const matchOf = (id: string): MatchView => {
    const match = world.matches.find((each) => each.id === id)
    if (!match) throw NO_MATCH
    return match
  }
  const say = (said: World['decided'][number]): null => {
    world.decided = [said, ...world.decided]
    return null
  }
  /** The title is asked about there no more. */
  const settle = ({ manga_id, provider }: Pick<MatchView, 'manga_id' | 'provider'>): null => {
    world.matches = world.matches.filter((each) => each.manga_id !== manga_id || each.provider !== provider)
    return null
  }
  const state = () => ({
    running: world.running, offline: world.offline, paused_until: pausedUntil, last: world.runs[0] ?? null,
  })
  let pausedUntil: string | null = null
  /** What was there before each thing that was said. */
  const plans: WaitingPlan[] = []
  const beforeAnswers = new Map<string, World['questions']>()
  let loginAt: Provider = 'anilist'

  function report(provider: Provider | null, applied: boolean): Report {
    const at = PROVIDERS.filter((each) => world.settings[each].is_connected && (!provider || provider === each))
    const plan = inventPlan(inventEntries(20)).rows
    return {
      run_id: '0192b000-0000-7000-8000-0000000000aa', strategy: 'full', applied, plan, plan_total: plan.length,
      providers: Object.fromEntries(at.map((each) => [each, reportOf({ pulled: 3, pushed: 2 })])),
    }
  }

  const answers: { [K in keyof Omit<Api, 'on'>]: (...args: Parameters<Api[K]>) => ReturnType<Api[K]> extends Promise<infer Answer> ? Answer : never } = {
    getSettings: () => world.settings,
    setUpClient: (provider, _id, secret) =>
      (world.settings[provider] = { ...world.settings[provider], client_id_set: true, client_secret_set: secret !== null }),
    updateIntegration: (provider, change) => {
      const next = changed(world.settings[provider], change)
      if (next.is_connected && next.state !== 'sign_in_again') next.state = next.sync_enabled ? 'connected' : 'paused'
      next.on_removal = next.is_connected && next.sync_enabled && next.direction !== 'pull' ? next.removal : null
      return (world.settings[provider] = next)
    },
    setKeepInStep: (on) => (world.settings.keep_in_step = on),
    setGuard: (percent) => (world.settings.guard_percent = percent),
    connect: (provider) => {
      loginAt = provider
      return { authorize_url: `https://example.invalid/${provider}`, expires_at: minutesFromNow(10) }
    },
    signInAddresses: (provider) => ({ ...addressesOf(provider), chosen: provider === 'myanimelist' ? world.app.myanimelist_way_back : world.app.anilist_way_back }),
    finishLogin: (text) => {
      if (!/code=|access_token=|^[\w.-]{20,}$/.test(text)) {
        throw { code: 'bad_return', message: 'This text is not an address that a service sends back.', hint: 'Copy the whole address from the browser, from the first letter to the last.' } satisfies AppError
      }
      return (world.settings[loginAt] = connected('rosereader'))
    },
    connectKitsu: (username, password) => {
      if (password !== 'correct horse') {
        throw { code: 'sign_in_refused', message: 'Kitsu does not know this e-mail address and password.', hint: username.includes('@') ? 'Check both and try again.' : 'Kitsu wants the e-mail address of the account, not the profile name.' } satisfies AppError
      }
      return (world.settings.kitsu = connected('Rose'))
    },
    disconnect: (provider) => (world.settings[provider] = { ...disconnectedOne(), client_id_set: true }),
    triggerSync: (provider) => report(provider, true),
    previewSync: (provider) => report(provider, false),
    syncState: state,
    pause: (until) => {
      pausedUntil = minutesFromNow(until === 'hour' ? 60 : 60 * 14)
      return state()
    },
    resume: () => {
      pausedUntil = null
      return state()
    },
    waitingPlan: () => world.plan,
    planDecide: (run, decision) => {
      if (world.plan?.run_id !== run) throw REPLACED
      plans.push(world.plan)
      return (world.plan = { ...decidedPlan(world.plan, decision), said: plans.length })
    },
    planTakeBack: (run) => {
      const before = plans.pop()
      if (world.plan?.run_id !== run) throw REPLACED
      if (!before) throw NOTHING_SAID
      return (world.plan = before)
    },
    nevers: () => world.nevers,
    allow: (provider, externalId, field) =>
      (world.nevers = world.nevers.filter((each) => each.provider !== provider || each.external_id !== externalId || each.field !== field)),
    planApply: () => {
      plans.length = 0
      world.plan = null
      return report(null, true)
    },
    // Their ids are in the order in which they were asked.
    conflicts: (limit, after) => ({ total: world.questions.length, conflicts: world.questions.filter((each) => !after || each.id > after).slice(0, limit) }),
    resolveConflict: (id, _answer, alike) => {
      const one = world.questions.find((each) => each.id === id)
      if (!one) throw ANSWERED
      const before = world.questions
      const rest = before.filter((each) => each !== one && !(alike && kindOf(each) === kindOf(one)))
      const count = before.length - rest.length
      beforeAnswers.set(id, before)
      world.questions = rest
      return count
    },
    reopenConflict: (id) => {
      const before = beforeAnswers.get(id)
      if (!before) throw CARRIED_OUT
      const reopened = before.length - world.questions.length
      world.questions = before
      return { reopened, carried_out: 0 }
    },
    matches: () => world.matches,
    acceptMatch: (id) => {
      const match = matchOf(id)
      say(saidOf(match, { how: 'linked', external_id: match.external_id, title: match.other.title }))
      return settle(match)
    },
    rejectMatch: (id) => {
      const gone = matchOf(id)
      world.matches = world.matches.filter((each) => each !== gone)
      return say(saidOf(gone, { how: 'rejected', external_id: gone.external_id, title: gone.other.title }))
    },
    ignoreMatch: (id, reason) => {
      const match = matchOf(id)
      say(saidOf(match, { how: 'ignored', reason }))
      return settle(match)
    },
    decidedMatches: () => world.decided,
    reopenMatch: (manga, provider, externalId) => {
      const isIt = ({ manga_id, provider: at, said }: World['decided'][number]) =>
        manga_id === manga && at === provider && (said.how === 'ignored' ? externalId === null : said.how === 'rejected' && said.external_id === externalId)
      if (!world.decided.some(isIt)) throw NO_MATCH
      return (world.decided = world.decided.filter((each) => !isIt(each)))
    },
    undo: (id, force) => undoneOf(world, id, force),
    snapshots: () => inventSnapshots(world.runs),
    snapshot: (id, search, limit, offset) => snapshotOf(world, id, search, limit, offset),
    restoreSnapshot: (_id, manga) => {
      const titles = world.entries.slice(0, 3).filter((entry) => !manga || entry.manga_id === manga)
      return { run_id: crypto.randomUUID(), applied: true, plan: titles.map(({ manga_id, title }) => ({ manga_id, title, action: 'undo', provider: null, fields: [] })), left: [] }
    },
    undoSince: (since, force) => undoneSince(world, since, force),
    library: (query) => {
      const found = finding(query)
      const entries = found.slice(query.offset, query.offset + query.limit)
      const isAll = query.offset === 0 && entries.length < query.limit
      return { total: query.uncounted && !isAll ? null : found.length, entries }
    },
    entryDetail: (id) => detailOf(find(id)),
    editEntry: (id, change) => put({ ...find(id), ...change, updated_at: minutesFromNow(0) }),
    editEntries: (ids, change) => ids.map((id) => put({ ...find(id), ...change, updated_at: minutesFromNow(0) })),
    addEntry: (provider, externalId) => {
      const entry = { ...(inventEntries(30)[29] as EntryView), manga_id: crypto.randomUUID(), mappings: { [provider]: externalId } }
      world.entries = [...world.entries, entry]
      return entry
    },
    removeEntry: (id) => {
      world.entries = world.entries.filter((entry) => entry.manga_id !== id)
      return null
    },
    searchProvider: hitsFor,
    link: (id, provider, externalId) => {
      settle({ manga_id: id, provider })
      return put({ ...find(id), mappings: { ...find(id).mappings, [provider]: externalId } })
    },
    unlink: (id, provider) => {
      world.decided = world.decided.map((each) => (each.manga_id === id && each.provider === provider && each.said.how === 'linked' ? { ...each, said: { ...each.said, how: 'rejected' } } : each))
      const { [provider]: _, ...rest } = find(id).mappings
      return put({ ...find(id), mappings: rest })
    },
    history: (run, limit, offset) => ({
      runs: world.runs.filter((each) => !run || each.run_id === run).slice(offset, offset + limit),
      changes: world.changes.filter((each) => !run || each.run_id === run).slice(offset, offset + limit),
    }),
    historyOf: (query, limit, offset) => ({ runs: [], changes: world.changes.filter((each) => isSought(each, query)).slice(offset, offset + limit) }),
    usage: usageOf,
    budgets: () => world.budgets,
    health: () => healthOf(world, waitingOf(world.entries)),
    waiting: () => waitingOf(world.entries),
    retry: () => null,
    statistics: () => statisticsOf(world.entries, PROVIDERS.filter((each) => world.settings[each].is_connected)),
    appSettings: () => world.app,
    updateAppSettings: (change) => (world.app = { ...world.app, ...change }),
    closeWindow: () => null,
    about: () => ({
      version: '0.3.0', database: { kind: 'sqlite', place: '~/.local/share/kuroibara/library.db' },
      protection: world.protection, data_dir: '~/.local/share/kuroibara', log_dir: '~/.local/share/kuroibara/logs',
      licence: 'MIT',
    }),
    doctor: () => [
      { name: 'database', ok: true, message: 'The library can be read and written.', hint: null },
      { name: 'keyring', ok: world.protection !== 'missing', message: world.protection === 'missing' ? 'No keyring was found.' : 'The keyring holds the key.', hint: world.protection === 'missing' ? 'Choose a passphrase.' : null },
      { name: 'anilist', ok: true, message: 'AniList answers.', hint: null },
    ],
    showInFolder: () => null,
    openLink: () => null,
    protection: () => world.protection,
    unlock: (passphrase) => {
      if (passphrase.length < 8) throw { code: 'refused', message: 'This passphrase is too short to protect anything.', hint: 'Use at least eight characters.' } satisfies AppError
      return (world.protection = 'passphrase')
    },
    sampleAccountsStart: () => ({ running: (world.samples = true) }),
    sampleAccountsRemove: () => ({ running: (world.samples = false) }),
    sampleAccounts: () => ({ running: world.samples }),
  }

  // The real one has an index; without this, scrolling would be slowed by the fake alone.
  let last: { key: string; of: EntryView[]; found: EntryView[] } | null = null
  function finding(query: LibraryQuery): EntryView[] {
    const key = JSON.stringify({ ...query, limit: 0, offset: 0 })
    if (last?.key !== key || last.of !== world.entries) {
      last = { key, of: world.entries, found: world.entries.filter((entry) => matches(entry, query)).sort(by(query)) }
    }
    return last.found
  }

  const answered = Object.entries(answers).map(([name, answer]) => [name, async (...args: unknown[]) => {
    calls.push({ name, args })
    if (world.delay) await new Promise((done) => setTimeout(done, world.delay))
    const failure = world.failures[name]
    if (failure) throw failure
    return structuredClone((answer as (...args: unknown[]) => unknown)(...args))
  }])
  return {
    ...(Object.fromEntries(answered) as Omit<Api, 'on'>),
    on(event, then) {
      const of = listeners.get(event) ?? new Set()
      listeners.set(event, of.add(then as (payload: never) => void))
      return () => void of.delete(then as (payload: never) => void)
    },
    world, calls, emit,
  }
}

function matches(entry: EntryView, query: LibraryQuery): boolean {
  const text = query.search.trim().toLowerCase()
  return (!text || entry.titles.some((title) => title.text.toLowerCase().includes(text)))
    && (!query.statuses.length || query.statuses.includes(entry.status))
    && (!query.at.length || query.at.some((provider) => entry.mappings[provider]))
    && (!query.differs || entry.differs || entry.waits)
}

function by({ sort, descending }: LibraryQuery): (a: EntryView, b: EntryView) => number {
  const key = (entry: EntryView): string | number => ({
    title: entry.title.toLowerCase(), updated: entry.updated_at, score: entry.score ?? 0,
    progress: entry.chapters_read / (entry.total_chapters ?? 1000), added: entry.manga_id,
  })[sort]
  return (a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0) * (descending ? -1 : 1)
}
