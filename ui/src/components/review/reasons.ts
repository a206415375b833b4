// Why a plan waits, from the report of the run that made it.
import { PROVIDERS, type Provider, type RunView } from '@/contract'

/** Why the guard stopped. */
export type Stop =
  | { kind: 'too_much'; provider: Provider; lowered: number; of: number }
  | { kind: 'empty_list'; provider: Provider; of: number }
  | { kind: 'said'; provider: Provider; message: string }

export type Reason = { kind: 'first'; provider: Provider } | Stop

export function reasonsOf(run: RunView | null): Reason[] {
  return PROVIDERS.flatMap((provider): Reason[] => {
    const report = run?.providers?.[provider]
    if (report?.status !== 'needs_approval') return []
    const stops = report.errors.filter((problem) => problem.code === 'guard')
    return stops.length ? stops.map((stop) => stopOf(provider, stop.message)) : [{ kind: 'first', provider }]
  })
}

/** The guard's sentence in numbers, so that every language can say it; a sentence we cannot read is shown as it is. */
export function stopOf(provider: Provider, message: string): Stop {
  const number = (digits: string) => Number(digits.replaceAll(',', ''))
  const [, all] = /returned 0 of ([\d,]+) titles/.exec(message) ?? []
  if (all) return { kind: 'empty_list', provider, of: number(all) }
  const [, lowered, of] = /([\d,]+) of ([\d,]+) titles/.exec(message) ?? []
  if (lowered && of) return { kind: 'too_much', provider, lowered: number(lowered), of: number(of) }
  return { kind: 'said', provider, message }
}
