// How much waits for the person: changes of a plan, questions, and titles that may be the same.
import { computed, type ComputedRef } from 'vue'
import { useMatchesStore } from '@/stores/matches'
import { useQuestionsStore } from '@/stores/questions'
import { useReviewStore } from '@/stores/review'

export function useNeeds(): ComputedRef<number> {
  const review = useReviewStore()
  const questions = useQuestionsStore()
  const matches = useMatchesStore()
  return computed(() => review.open + questions.open.length + matches.titles.length)
}
