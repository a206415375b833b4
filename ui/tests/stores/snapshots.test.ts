import { describe, expect, it } from 'vitest'
import { BROKEN } from '@/fake/worlds'
import { useSnapshotsStore } from '@/stores/snapshots'
import { held, storeOver } from '../world'

type Over = ReturnType<typeof storeOver<ReturnType<typeof useSnapshotsStore>>>

/** A list of which the first titles are shown. */
async function opened(): Promise<Over & { wanted: string }> {
  const over = storeOver(useSnapshotsStore)
  await over.store.load()
  await over.store.open(over.store.all![0]!)
  return { ...over, wanted: over.api.world.entries[2]?.title ?? '' }
}

describe('the titles of a kept list', () => {
  it('stand there once though the same was asked for twice', async () => {
    const { store, api, wanted } = await opened()
    const answer = held(api, 'snapshot')
    const both = [store.seek(wanted), store.seek(wanted)]
    await answer()
    await answer()
    await Promise.all(both)
    expect(store.titles.map((each) => each.title)).toEqual([wanted])
  })

  it('are those of the last search, whichever answer comes last', async () => {
    const { store, api, wanted } = await opened()
    const answer = held(api, 'snapshot')
    const both = [store.seek('no such title'), store.seek(wanted)]
    await answer()
    expect([store.titles, store.found]).toEqual([[], null])
    await answer()
    await Promise.all(both)
    expect([store.titles.length, store.found]).toEqual([1, 1])
  })

  it('are not counted by the search before while another one is asked for or has failed', async () => {
    const { store, api, wanted } = await opened()
    expect(store.found).toBeGreaterThan(1)
    api.world.failures.snapshot = BROKEN
    await store.seek(wanted)
    expect([store.titles, store.found, store.error?.code]).toEqual([[], null, BROKEN.code])
  })

  it('stand there without what went wrong for an older search', async () => {
    const { store, api, wanted } = await opened()
    const answer = held(api, 'snapshot')
    const both = [store.seek('no such title'), store.seek(wanted)]
    api.world.failures.snapshot = BROKEN
    await answer()
    delete api.world.failures.snapshot
    await answer()
    await Promise.all(both)
    expect([store.titles.length, store.error]).toEqual([1, null])
  })
})
