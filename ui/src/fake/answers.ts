// The fake's longer answers: one entry beside what each service holds, what waits, usage and statistics.
import { PROVIDERS, STATUSES, type AccountHealth, type EntryDetail, type EntryView, type Hit, type Provider, type SideView, type Statistics, type UsageHour, type WaitingItem } from '../contract'
import { inventEntries, minutesFromNow } from './entries'
import type { World } from './worlds'
import { chance } from './random'

export function detailOf(entry: EntryView): EntryDetail {
  const sides = Object.entries(entry.mappings).map(([provider, id], at) => [provider, sideOf(entry, id ?? '', at)])
  return { entry, titles: entry.titles, authors: ['Mori Aoi', 'Tanabe Shun'], year: 2019, format: entry.format, sides: Object.fromEntries(sides) }
}

function sideOf(entry: EntryView, externalId: string, at: number): SideView {
  const behind = at === 1
  const there = Math.max(0, entry.chapters_read - (behind ? 2 : 0))
  return {
    external_id: externalId,
    page_url: `https://example.invalid/manga/${externalId}`,
    takes_part: at < 2,
    awaits_approval: false,
    presence: 'present',
    fields: {
      status: entry.status, chapters_read: there, volumes_read: entry.volumes_read,
      score: entry.score === null ? null : Math.round(entry.score / 10) * 10, started_on: entry.started_on,
      finished_on: entry.finished_on, notes: at === 2 ? null : entry.notes, rereads: entry.rereads,
    },
    read_at: minutesFromNow(-14),
    updated_at: minutesFromNow(-60 * 30),
    differs: behind ? ['chapters_read', ...(entry.score !== null && entry.score % 10 ? ['score' as const] : [])] : [],
    accepted: behind && entry.score !== null && entry.score % 10 ? ['score'] : [],
    will_send: behind && there !== entry.chapters_read ? [{ field: 'chapters_read', before: there, after: entry.chapters_read }] : [],
    creates: false,
    held: [],
    held_entry: null,
    asked: [],
    due_since: behind ? minutesFromNow(0) : null,
    next_try_at: behind ? minutesFromNow(0.05) : null,
    attempts: 0,
    refused: null,
    failed: null,
  }
}

export function hitsFor(provider: Provider, query: string): Hit[] {
  const wanted = query.trim().toLowerCase()
  return inventEntries(300)
    .filter((entry) => entry.titles.some((title) => title.text.toLowerCase().includes(wanted)))
    .slice(0, 10)
    .map((entry, at) => ({
      provider, external_id: String(7_000_000 + at), title: entry.title, titles: entry.titles.map((title) => title.text),
      format: entry.format, year: 2010 + at, chapters: entry.total_chapters, volumes: entry.total_volumes,
      authors: ['Mori Aoi'], cover: entry.cover, manga_id: at === 0 ? entry.manga_id : null,
    }))
}

export function usageOf(hours: number): UsageHour[] {
  const random = chance(3)
  return Array.from({ length: hours }, (_, at) => PROVIDERS.map((provider) => ({
    provider, hour: minutesFromNow(-(hours - at) * 60), requests: Math.floor(random() * random() * 60),
  }))).flat()
}

export function waitingOf(entries: EntryView[]): WaitingItem[] {
  return entries.slice(0, 4).map((entry, at) => ({
    manga_id: entry.manga_id, title: entry.title, provider: PROVIDERS[at % 3] ?? 'anilist', due_since: minutesFromNow(-20 * (at + 1)),
    attempts: at + 1, next_try_at: at % 2 ? null : minutesFromNow(6), refused: at % 2 === 1,
    code: at % 2 ? 'refused' : 'unreachable',
    message: at % 2 ? 'The service did not accept 140 chapters of 120.' : 'The service did not answer.',
  }))
}

/** AniList alone can't renew a sign-in. */
export function healthOf({ settings, budgets, notices }: World, waiting: readonly WaitingItem[]): AccountHealth[] {
  return PROVIDERS.filter((provider) => settings[provider].is_connected).map((provider) => {
    const { state, external_username: account, token_expires_at: until } = settings[provider]
    const own = waiting.filter((item) => item.provider === provider)
    const days = provider === 'anilist' && until ? Math.floor((Date.parse(until) - Date.now()) / 86_400_000) : null
    return {
      provider, state, account, ends_at: days === null ? null : until, days_left: days, ends_soon: days !== null && days < 14,
      waiting: own.filter((item) => !item.refused).length, waiting_since: own[0]?.due_since ?? null, refused: own.filter((item) => item.refused).length,
      notices: notices[provider] ?? [], paused_until: budgets[provider].paused_until, pause_reason: budgets[provider].pause_reason,
    }
  })
}

export function statisticsOf(entries: EntryView[], connected: Provider[]): Statistics {
  const random = chance(11)
  const sum = (of: (entry: EntryView) => number) => entries.reduce((total, entry) => total + of(entry), 0)
  const monday = (at: number) => {
    const day = new Date(Date.now() - (51 - at) * 7 * 86_400_000)
    return new Date(day.getTime() - ((day.getDay() + 6) % 7) * 86_400_000).toISOString().slice(0, 10)
  }
  return {
    totals: { titles: entries.length, chapters_read: sum((entry) => entry.chapters_read), volumes_read: sum((entry) => entry.volumes_read), rereads: sum((entry) => entry.rereads) },
    by_status: STATUSES.map((status) => ({ status, titles: entries.filter((entry) => entry.status === status).length })),
    by_score: Array.from({ length: 10 }, (_, at) => entries.filter((entry) => entry.score && Math.ceil(entry.score / 10) === at + 1).length),
    unrated: entries.filter((entry) => !entry.score).length,
    by_format: ['manga', 'novel', 'one_shot', 'unknown'].map((format) => ({ format, titles: entries.filter((entry) => entry.format === format).length })),
    chapters_per_week: Array.from({ length: 52 }, (_, at) => ({ monday: monday(at), chapters: entries.length ? Math.floor(random() * random() * 90) : 0 })),
    in_step: connected.map((provider) => {
      const titles = entries.filter((entry) => entry.mappings[provider]).length
      const differ = Math.floor(titles * 0.03)
      return { provider, titles, in_step: titles - differ, differ, wait: Math.min(4, differ) }
    }),
  }
}
