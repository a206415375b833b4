// What speaks for two works being one, and what differs, in words. How much each of it weighs was decided elsewhere.
import { useI18n } from 'vue-i18n'
import { useWords } from '@/composables/words'
import type { MatchView, Sign } from '@/contract'

/** From so many percent on two names are read as the same one, written otherwise. */
const MUCH = 80

/** Whether a sign names something that differs. */
const DIFFERS: Record<Sign['sign'], boolean> = {
  same_shown: false, shown_is_other: false, same_other: false, same_part: true, alike: false, same_typed: false,
  same_native: false, other_native: true, names: false, shared: true, short: true, other_part: true, other_edition: true,
  same_author: false, like_author: false, part_of_author: true, other_author: true, no_author: true, same_form: false,
  other_form: true, same_year: false, years_apart: true, same_chapters: false, other_chapters: true, same_volumes: false,
  other_volumes: true,
}

const differs = (sign: Sign): boolean => (sign.sign === 'alike' || sign.sign === 'other_native' ? sign.value < MUCH : DIFFERS[sign.sign])

export function useEvidence() {
  const { t, locale } = useI18n()
  const { count } = useWords()

  const words = (sign: Sign): string => ('value' in sign ? t(`review.sign.${sign.sign}`, { n: count(sign.value) }, sign.value) : t(`review.sign.${sign.sign}`))

  function sentence(signs: Sign[]): string {
    const said = signs.map(words).join(t('review.sign_join'))
    return said.charAt(0).toLocaleUpperCase(locale.value) + said.slice(1)
  }

  /** What is the same and what is not, each in one sentence, and what forbids a link without a person. */
  function evidenceOf({ evidence }: MatchView): { same: string; other: string; against: string[] } {
    const other = evidence.signs.filter(differs)
    return {
      same: sentence(evidence.signs.filter((sign) => !other.includes(sign))),
      other: sentence(other),
      against: evidence.against.map((each) => t(`review.against.${each}`)),
    }
  }

  return { evidenceOf }
}
