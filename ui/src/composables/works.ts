// A work in a few words, so that it can be told from another of its name: kind, year, length and who made it.
import { useI18n } from 'vue-i18n'
import type { Shown } from '@/contract'
import { useWords } from './words'

export function useWorks() {
  const { t, te } = useI18n()
  const { count } = useWords()

  function aboutWork({ format, year, chapters, authors }: Pick<Shown, 'format' | 'year' | 'chapters' | 'authors'>): string {
    const kind = te(`common.format.${format}`) && format !== 'unknown' ? t(`common.format.${format}`) : null
    const length = chapters === null ? null : t('library.chapters_long', { n: count(chapters) }, chapters)
    return [kind, year, length, authors.slice(0, 2).join(', ')].filter(Boolean).join(' · ')
  }

  return { aboutWork }
}
