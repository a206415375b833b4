// What was said of titles, as the list shows it: which of it a filter and a search leave, how much there is of each kind, and
// what each is in words.
import { useI18n } from 'vue-i18n'
import { useWords } from '@/composables/words'
import type { DecidedView, Said } from '@/contract'

/** One that the list can tell from the others. */
export interface DecidedLine extends DecidedView { key: string }

const KINDS = ['rejected', 'ignored', 'linked'] as const

export const keyOf = ({ manga_id, provider, said }: DecidedView): string => [manga_id, provider, said.how === 'ignored' ? '' : said.external_id].join(':')

export function shownDecided(all: readonly DecidedView[], kind: string | null, search: string): DecidedLine[] {
  const text = search.trim().toLowerCase()
  return all
    .filter(({ said }) => !kind || said.how === kind)
    .filter(({ manga, said }) => !text || [manga.title, ...manga.titles, workOf(said)].some((name) => name.toLowerCase().includes(text)))
    .map((each) => ({ ...each, key: keyOf(each) }))
}

export function decidedKinds(all: readonly DecidedView[]): { key: Said['how']; count: number }[] {
  return KINDS.map((key) => ({ key, count: all.filter(({ said }) => said.how === key).length })).filter(({ count }) => count > 0)
}

/** The other work's title; none where nobody knows it any more, or where it is said that there is no such work. */
const workOf = (said: Said): string => (said.how === 'ignored' ? '' : (said.title ?? ''))

export function useDecidedWords() {
  const { t } = useI18n()
  const { providerName } = useWords()

  /** What stands against the title: the other work's name, or why there is none. */
  function otherOf({ said, provider }: DecidedView): string {
    if (said.how === 'ignored') return said.reason || t('review.said.no_reason')
    return said.title ?? t('review.said.unknown', { provider: providerName(provider), id: said.external_id })
  }

  const shortOf = (one: DecidedView): string => t(`review.said.short.${one.said.how}`, { title: otherOf(one), reason: otherOf(one) })
  const fullOf = ({ said, provider }: DecidedView): string => t(`review.said.full.${said.how}`, { provider: providerName(provider) })
  return { otherOf, shortOf, fullOf }
}
