import { describe, expect, it } from 'vitest'
import { inventPlan } from '@/fake/plan'
import { inventEntries } from '@/fake/entries'
import { BROKEN } from '@/fake/worlds'
import { useReviewStore } from '@/stores/review'
import { storeOver } from '../world'

describe('the review store', () => {
  it('counts what is not left out', async () => {
    const { store } = storeOver(useReviewStore)
    await store.load()
    expect(store.open).toBe(17)
    await store.decide([2, 3], 'row', 'skip')
    expect(store.open).toBe(15)
  })

  it('shows the plan that took the place of the one that was decided about, and says so', async () => {
    const { store, api } = storeOver(useReviewStore)
    await store.load()
    api.world.plan = { ...inventPlan(inventEntries(1)), run_id: 'another' }
    expect(await store.decide([1], 'row', 'skip')).toBe(false)
    expect([store.error?.code, store.plan?.run_id]).toEqual(['plan_replaced', 'another'])
  })

  it('works out anew what was left when only one title was applied', async () => {
    const { store, api } = storeOver(useReviewStore)
    await store.load()
    await store.apply([1])
    expect(api.calls.map((call) => call.name).slice(-3)).toEqual(['waitingPlan', 'triggerSync', 'waitingPlan'])
  })

  it('asks no service again when all of it was applied', async () => {
    const { store, api } = storeOver(useReviewStore, 'full', (world) => (world.plan = inventPlan(inventEntries(1))))
    await store.load()
    await store.apply([1])
    expect(api.calls.some((call) => call.name === 'triggerSync')).toBe(false)
    expect(store.result?.applied).toBe(true)
  })

  it('keeps the plan and says why when it could not be applied', async () => {
    const { store, api } = storeOver(useReviewStore)
    await store.load()
    api.world.failures.planApply = BROKEN
    expect(await store.apply()).toBeNull()
    expect([store.open, store.error?.code, store.applying]).toEqual([17, 'database', false])
  })
})
