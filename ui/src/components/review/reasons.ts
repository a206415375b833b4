// Why a plan waits, service by service.
import { PROVIDERS, type Provider, type Waits, type WaitingPlan } from '@/contract'

export type Reason = { provider: Provider; waits: Waits }

export function reasonsOf(plan: WaitingPlan | null): Reason[] {
  return PROVIDERS.flatMap((provider) => {
    const waits = plan?.waits[provider]
    return waits ? [{ provider, waits }] : []
  })
}
