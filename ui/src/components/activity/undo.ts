// Taking back in words: what is taken back, and what that comes to in numbers.
import { useI18n } from 'vue-i18n'
import { useChanges } from '@/composables/changes'
import { useTimes } from '@/composables/time'
import { useWords } from '@/composables/words'
import type { UndoReport } from '@/contract'
import type { Tally, Target } from '@/stores/undo'

export interface UndoLine { icon: string; text: string }

export function useUndoWords() {
  const { t } = useI18n()
  const { clock } = useTimes()
  const { count } = useWords()
  const { what, before, after } = useChanges()

  /** What is taken back. A change is told the way it goes back. */
  function nameOf(target: Target): string {
    if (target.kind === 'answer') return t('activity.undo.name.answer', { title: target.title })
    if (target.kind !== 'change') return t(`activity.undo.name.${target.kind}`, { time: clock(target.at) })
    const { change } = target
    return `${change.title ?? ''}: ${what(change)} ${after(change)} → ${before(change)}`
  }

  const wholeOf = ({ values, leave, come }: Tally): number => values + leave + come
  const said = (icon: string, key: string, n: number): UndoLine[] => (n ? [{ icon, text: t(`activity.undo.${key}`, { n: count(n) }, n) }] : [])

  function linesOf({ values, leave, come, made, stay }: Tally): UndoLine[] {
    return [
      ...said('i-lucide-undo-2', 'values', values),
      ...said('i-lucide-log-out', 'leave', leave),
      ...said('i-lucide-log-in', 'come', come),
      ...said('i-lucide-minus', 'made', made),
      ...said('i-lucide-minus', 'stay', stay),
    ]
  }

  /** What came of it. */
  function resultOf({ plan, left }: UndoReport): UndoLine[] {
    const actions = (action: string) => plan.filter((row) => row.action === action).length
    const why = (reason: string) => left.filter((row) => row.why === reason).length
    return [
      ...said('i-lucide-log-out', 'left_library', actions('remove_local')),
      ...said('i-lucide-log-in', 'came_back', actions('restore')),
      ...said('i-lucide-pencil', 'kept_newer', why('newer_edit')),
      ...said('i-lucide-check', 'already_back', why('already_back')),
      ...said('i-lucide-minus', 'not_here', why('not_here')),
    ]
  }

  return { nameOf, linesOf, wholeOf, resultOf }
}
