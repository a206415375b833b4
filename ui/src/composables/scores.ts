// Ratings as the person likes to read them. The library keeps 1 to 100 points; only the looks differ here.
import { computed } from 'vue'
import { useI18n } from 'vue-i18n'
import type { AppSettings } from '@/contract'
import { useSettingsStore } from '@/stores/settings'

export type ScoreDisplay = AppSettings['score_display']
export type Face = 'frown' | 'meh' | 'smile'

/** The points that a click on each of the steps gives; the two finest scales are typed instead. */
const STEPS: Record<ScoreDisplay, readonly number[]> = {
  hundred: [], ten_decimal: [],
  ten: [10, 20, 30, 40, 50, 60, 70, 80, 90, 100],
  five: [20, 40, 60, 80, 100],
  smiley: [35, 60, 85],
}

/** The step that stands for these points: the nearest, halves upwards. */
export function stepOf(display: ScoreDisplay, points: number): number | null {
  const steps = STEPS[display]
  const gap = (step: number) => Math.abs(step - points)
  return steps.reduce<number | null>((best, step) => (best === null || gap(step) <= gap(best) ? step : best), null)
}

export function faceOf(points: number): Face {
  const step = stepOf('smiley', points)
  return step === 35 ? 'frown' : step === 60 ? 'meh' : 'smile'
}

export function useScores() {
  const { t } = useI18n()
  const settings = useSettingsStore()
  const display = computed<ScoreDisplay>(() => settings.app?.score_display ?? 'hundred')
  const steps = computed(() => STEPS[display.value])

  /** Short, for a cell. */
  function text(points: number): string {
    switch (display.value) {
      case 'hundred': return String(points)
      case 'ten_decimal': return (points / 10).toFixed(1)
      case 'ten': return String((stepOf('ten', points) ?? points) / 10)
      case 'five': return String((stepOf('five', points) ?? points) / 20)
      case 'smiley': return t(`library.face.${faceOf(points)}`)
    }
  }

  /** In full, for a reader of the screen. */
  function spoken(points: number | null): string {
    if (points === null) return t('library.not_rated')
    return display.value === 'smiley' ? text(points) : t('library.score_of', { n: text(points), most: most(display.value) })
  }

  /** The number to type for these points, and the points of a typed number. */
  const typed = (points: number): number => (display.value === 'ten_decimal' ? points / 10 : points)
  const points = (number: number): number => Math.round(display.value === 'ten_decimal' ? number * 10 : number)

  return { display, steps, text, spoken, typed, points }
}

function most(display: Exclude<ScoreDisplay, 'smiley'>): number {
  return { hundred: 100, ten: 10, ten_decimal: 10, five: 5 }[display]
}
