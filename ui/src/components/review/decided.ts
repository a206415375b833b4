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

/** The other work's title, or its id where nobody knows it any more; none where it is said that there is no such work. */
function workOf(said: Said): string {
  return said.how === 'ignored' ? '' : (said.title ?? said.external_id)
}

export function useDecidedWords() {
  const { t } = useI18n()
  const { providerName } = useWords()
  const reasonOf = (said: Said): string => (said.how === 'ignored' && said.reason) || t('review.said.no_reason')
  const shortOf = ({ said }: DecidedView): string => t(`review.said.short.${said.how}`, { title: workOf(said), reason: reasonOf(said) })
  const fullOf = ({ said, provider }: DecidedView): string => t(`review.said.full.${said.how}`, { title: workOf(said), provider: providerName(provider) })
  return { reasonOf, shortOf, fullOf }
}
