// What the charts draw, from the library's figures: it only picks, orders and rounds.
import type { Statistics } from '@/contract'

/** The average rating, in points. The middle of each ten stands for the ratings in it, so it is a rounded figure. */
export function averageOf(scores: readonly number[]): number | null {
  const rated = sum(scores)
  return rated ? Math.round(sum(scores.map((count, at) => count * (at * 10 + 5.5))) / rated) : null
}

/** Formats that there are, the most frequent first. */
export function formatsOf({ by_format: formats }: Statistics): Statistics['by_format'] {
  return formats.filter(({ titles }) => titles > 0).sort((a, b) => b.titles - a.titles)
}

/** Chapters read within the year that is shown, and the week with most of them. */
export function readingOf({ chapters_per_week: weeks }: Statistics): { total: number; best: Statistics['chapters_per_week'][number] | null } {
  const best = weeks.reduce<Statistics['chapters_per_week'][number] | null>((most, week) => (week.chapters > (most?.chapters ?? 0) ? week : most), null)
  return { total: sum(weeks.map(({ chapters }) => chapters)), best }
}

/** A part of a whole in percent: never 100 while something is missing, never 0 while something is there. */
export function percentOf(part: number, whole: number): number {
  if (!whole) return 0
  const exact = (part / whole) * 100
  if (part < whole && exact > 99) return 99
  return part > 0 && exact < 1 ? 1 : Math.round(exact)
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, n) => total + n, 0)
