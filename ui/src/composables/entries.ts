// An entry in words: how far, how good, and all of it in one breath for a reader of the screen.
import { useI18n } from 'vue-i18n'
import type { EntryView } from '@/contract'
import { useScores } from './scores'
import { useTitles } from './titles'
import { useWords } from './words'

export function useEntryWords() {
  const { t } = useI18n()
  const { count } = useWords()
  const { titleOf } = useTitles()
  const { spoken } = useScores()

  const progress = ({ chapters_read: read, total_chapters: total }: EntryView): string =>
    total === null ? count(read) : t('library.of', { n: count(read), m: count(total) })

  function inWords(entry: EntryView): string {
    const { chapters_read: read, total_chapters: total } = entry
    const chapters = total === null ? t('library.chapters', { n: count(read) }, read) : t('library.chapters_of', { n: count(read), m: count(total) })
    const mark = entry.waits ? t('library.waits') : entry.differs ? t('library.differs') : null
    return [titleOf(entry), t(`common.status.${entry.status}`), chapters, spoken(entry.score), mark].filter(Boolean).join(', ')
  }

  return { progress, inWords, titleOf }
}
