// The titles of the page's list: those that a filter and a search leave, and how many lack their place at each service.
import { PROVIDERS, type Provider } from '@/contract'
import type { MatchTitle } from '@/stores/matches'

export function shownMatches(titles: readonly MatchTitle[], provider: string | null, search: string): MatchTitle[] {
  const text = search.trim().toLowerCase()
  return titles
    .filter((title) => !provider || title.provider === provider)
    .filter(({ manga }) => !text || [manga.title, ...manga.titles].some((name) => name.toLowerCase().includes(text)))
}

export function matchKinds(titles: readonly MatchTitle[]): { key: Provider; count: number }[] {
  return PROVIDERS
    .map((key) => ({ key, count: titles.filter((title) => title.provider === key).length }))
    .filter(({ count }) => count > 0)
}
