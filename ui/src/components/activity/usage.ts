// Requests per service and hour, with the hours in which there were none.
import type { Provider, UsageHour } from '@/contract'

export interface HourBar { at: number; requests: number }

const HOUR = 3_600_000

/** One bar for each of the last hours, the present one last. */
export function barsOf(usage: readonly UsageHour[], provider: Provider, hours: number, now: number): HourBar[] {
  const counts = new Map<number, number>()
  for (const each of usage) {
    if (each.provider !== provider) continue
    const at = Math.floor(Date.parse(each.hour) / HOUR)
    counts.set(at, (counts.get(at) ?? 0) + each.requests)
  }
  const last = Math.floor(now / HOUR)
  return Array.from({ length: hours }, (_, at) => {
    const hour = last - hours + 1 + at
    return { at: hour * HOUR, requests: counts.get(hour) ?? 0 }
  })
}
