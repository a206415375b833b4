// A question and its answers in words: what is asked, what each answer is called, and what it does.
import { useI18n } from 'vue-i18n'
import { useOrigins } from '@/composables/origins'
import { useTimes } from '@/composables/time'
import { useValues } from '@/composables/values'
import { useWords } from '@/composables/words'
import { PROVIDERS, type ConflictView, type Provider } from '@/contract'
import { rowsOf, sidesOf, type Side } from './questions'

/** `grave`: it takes something away, so it is asked again. */
export interface AnswerWords { answer: string; name: string; text: string; grave: boolean }

export function useAnswers() {
  const { t, locale } = useI18n()
  const { relative } = useTimes()
  const { setBy } = useOrigins()
  const { valueText } = useValues()
  const { count, providerName } = useWords()

  const list = (names: string[]) => new Intl.ListFormat(locale.value, { type: 'conjunction' }).format(names)
  const sideName = (provider: Provider | null) => (provider ? providerName(provider) : t('review.library_name'))
  const at = ({ provider }: ConflictView) => ({ provider: provider ? providerName(provider) : '' })

  /** What the question is, as a sentence. */
  function asked(question: ConflictView): string {
    const names = sidesOf(question).filter((side) => side.fields).map((side) => (side.provider ? providerName(side.provider) : t('review.library')))
    return t(`review.question.${question.kind}`, { ...at(question), sides: list(names) })
  }

  /** What kind of question it is, with how many there are. */
  function kindText(question: ConflictView, n: number): string {
    const what = question.group ? t(`review.group_name.${question.group}`) : ''
    return t(`review.question_kind.${question.kind}`, { ...at(question), what, n: count(n) })
  }

  /** What each side says, in a few words. */
  function inShort(question: ConflictView): string {
    if (question.kind !== 'fields') return t(`review.question_short.${question.kind}`, at(question))
    const [row] = rowsOf(question).filter((each) => each.differs)
    if (!row) return question.group ? t(`review.group_name.${question.group}`) : ''
    const said = sidesOf(question).flatMap((side, place) => {
      const value = row.cells[place]?.value
      return value === undefined ? [] : [`${side.provider ? t(`common.provider_short.${side.provider}`) : t('review.here')} ${valueText(row.field, value)}`]
    })
    return `${t(`common.field.${row.field}`)}: ${said.join(' · ')}`
  }

  /** Since when a side says so; of the library also who did it. */
  const since = ({ provider, origin, at: when }: Side): string => (when ? (provider ? relative(when) : setBy(origin, when)) : '')

  function answersOf(question: ConflictView): AnswerWords[] {
    return question.answers.map((answer) => (question.kind === 'fields' ? choosing(answer) : settling(question, answer)))
  }

  function choosing(answer: string): AnswerWords {
    const provider = PROVIDERS.find((each) => each === answer) ?? null
    return { answer, name: sideName(provider), text: '', grave: false }
  }

  function settling(question: ConflictView, answer: string): AnswerWords {
    const key = `review.answer.${question.kind}.${answer}`
    const others = PROVIDERS.filter((each) => each !== question.provider && question.sides[each]?.fields).map(providerName)
    const where = list([t('review.library'), ...others])
    return { answer, name: t(`${key}.name`, at(question)), text: t(`${key}.text`, { ...at(question), where }), grave: answer === 'remove' }
  }

  return { asked, kindText, inShort, since, sideName, answersOf }
}
