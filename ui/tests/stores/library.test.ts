import { flushPromises } from '@vue/test-utils'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { PAGE, REST, useLibraryStore } from '@/stores/library'
import { useSelectionStore } from '@/stores/selection'
import { BROKEN } from '@/fake/worlds'
import type { LibraryQuery } from '@/contract'
import { held, storeOver } from '../world'

type Over = ReturnType<typeof storeOver<ReturnType<typeof useLibraryStore>>>
const questions = (api: Over['api']) => api.calls.filter((call) => call.name === 'library').map((call) => call.args[0] as LibraryQuery)
const asked = (api: Over['api']) => questions(api).filter((query) => query.limit > 0)
const counted = (api: Over['api']) => questions(api).filter((query) => query.limit === 0)
const edits = (api: Over['api']) => api.calls.filter((call) => call.name === 'editEntry').map((call) => call.args[1])

async function loaded(world: Parameters<typeof storeOver>[1] = 'full'): Promise<Over> {
  const over = storeOver(useLibraryStore, world)
  await over.store.refresh()
  return over
}

const first = (store: Over['store']) => {
  const entry = store.entryAt(0)
  if (!entry) throw new Error('nothing was fetched')
  return entry
}

afterEach(() => void vi.useRealTimers())

describe('a library of thousands', () => {
  it('is fetched only where it is looked at', async () => {
    const { store, api } = await loaded()
    await store.ensure(6_000, 6_040)
    expect(asked(api).map((query) => query.offset)).toEqual([0, 6_000])
    expect(store.entryAt(6_020)).toBeDefined()
    expect(store.entryAt(3_000)).toBeUndefined()
  })

  it('never keeps more than a few pages', async () => {
    const { store } = await loaded()
    for (let at = 0; at < 60 * PAGE; at += PAGE) await store.ensure(at, at + 40)
    expect(store.entryAt(0)).toBeUndefined()
    expect(store.entryAt(59 * PAGE)).toBeDefined()
  })

  it('asks for no page twice at once', async () => {
    const { store, api } = await loaded()
    await Promise.all([store.ensure(500, 540), store.ensure(510, 550)])
    expect(asked(api).filter((query) => query.offset === 500)).toHaveLength(1)
  })

  it('shows the answer to the newest question, whichever comes last', async () => {
    const { store, api } = await loaded()
    const answer = held(api, 'library')
    store.query.search = 'Rose & Thorn'
    const old = store.refresh()
    store.query.search = ''
    const newer = store.refresh()
    await answer()
    expect(store.total).toBe(12_040)
    await answer()
    await answer()
    await Promise.all([old, newer])
    expect(store.total).toBe(12_040)
    expect(store.query.search).toBe('')
  })

  it('keeps the number of all titles while only some are shown', async () => {
    const { store } = await loaded()
    store.query.search = 'Rose & Thorn'
    await store.refresh()
    await flushPromises()
    expect([store.total, store.size]).toEqual([1, 12_040])
  })

  it('asks once for what was typed, and counts all titles again only when the library changed', async () => {
    const { store, api } = await loaded()
    const [pages, counts] = [asked(api).length, counted(api).length]
    store.query.search = 'Rose & Thorn'
    await store.refresh()
    await flushPromises()
    expect([asked(api).length, counted(api).length]).toEqual([pages + 1, counts])
    await store.renew()
    await flushPromises()
    expect([asked(api).length, counted(api).length]).toEqual([pages + 2, counts + 1])
  })

  it('shows the first titles before all are counted, and says the number of before until then', async () => {
    const { store, api } = await loaded()
    const answer = held(api, 'library')
    store.query.descending = true
    const asking = store.refresh()
    await answer()
    expect(first(store).title).not.toBe('')
    expect([store.loading, store.total, store.counted]).toEqual([false, PAGE, 12_040])
    await answer()
    await asking
    expect([store.total, store.counted]).toEqual([12_040, 12_040])
  })

  it('counts nothing while one scrolls', async () => {
    const { store, api } = await loaded()
    const before = counted(api).length
    await store.ensure(6_000, 6_040)
    expect([counted(api).length, asked(api).every((query) => query.uncounted)]).toEqual([before, true])
  })

  it('says what is wrong when it cannot be read, and shows what it has', async () => {
    const { store, api } = await loaded()
    api.world.failures.library = BROKEN
    expect(await store.renew()).toBe(false)
    expect(store.error).toEqual(BROKEN)
    expect(store.entryAt(0)).toBeDefined()
  })

  it('is asked anew where one looks when it changed elsewhere', async () => {
    vi.useFakeTimers()
    const { store, api } = await loaded()
    await store.ensure(3_000, 3_040)
    api.emit('library_changed', null)
    await vi.runAllTimersAsync()
    expect(asked(api).at(-1)?.offset).toBe(3_000)
  })
})

describe('an edit', () => {
  it('shows before it is kept', async () => {
    const { store, api } = await loaded('one')
    const answer = held(api, 'editEntry')
    const done = store.edit(first(store), { score: 77 })
    expect(first(store).score).toBe(77)
    await flushPromises()
    await answer()
    expect(await done).toBe(true)
    expect(first(store).score).toBe(77)
  })

  it('is taken back with its reason when it could not be kept', async () => {
    const { store, api } = await loaded('one')
    const before = first(store).score
    api.world.failures.editEntry = BROKEN
    const done = store.edit(first(store), { score: 77 })
    expect(first(store).score).toBe(77)
    expect(await done).toBe(false)
    expect(first(store).score).toBe(before)
    expect(store.trouble).toMatchObject({ title: first(store).title, error: BROKEN })
  })

  it('can be tried again', async () => {
    const { store, api } = await loaded('one')
    api.world.failures.editEntry = BROKEN
    await store.edit(first(store), { score: 77 })
    delete api.world.failures.editEntry
    store.trouble?.retry()
    await flushPromises()
    expect(first(store).score).toBe(77)
  })

  it('waits for the one before it, so that the newest value stays', async () => {
    const { store, api } = await loaded('one')
    const answer = held(api, 'editEntry')
    const done = [1, 2, 3, 4].map((chapters) => store.edit(first(store), { chapters_read: chapters }))
    expect(first(store).chapters_read).toBe(4)
    await flushPromises()
    await answer()
    expect(first(store).chapters_read).toBe(4)
    await answer()
    await Promise.all(done)
    expect(edits(api)).toEqual([{ chapters_read: 1 }, { chapters_read: 4 }])
    expect(first(store).chapters_read).toBe(4)
  })

  it('outlives a refresh that comes while it is on its way', async () => {
    const { store, api } = await loaded('one')
    const answer = held(api, 'editEntry')
    const done = store.edit(first(store), { score: 3 })
    await store.renew()
    expect(first(store).score).toBe(3)
    await answer()
    await done
    expect(first(store).score).toBe(3)
  })

  it('lets the order rest for a moment, so that a second click hits the same title', async () => {
    vi.useFakeTimers()
    const { store, api } = await loaded('one')
    await store.edit(first(store), { score: 3 })
    const before = asked(api).length
    api.emit('library_changed', null)
    await vi.advanceTimersByTimeAsync(REST - 100)
    expect(asked(api)).toHaveLength(before)
    await vi.advanceTimersByTimeAsync(200)
    expect(asked(api)).toHaveLength(before + 1)
  })
})

describe('a selection', () => {
  async function selecting() {
    const { store: library, api } = await loaded('offline')
    return { library, api, selection: useSelectionStore() }
  }
  const id = (library: Over['store'], place: number) => library.entryAt(place)?.manga_id ?? ''

  it('grows by single titles and by everything between two of them', async () => {
    const { library, selection } = await selecting()
    selection.toggle(id(library, 3), 3)
    await selection.extend(7)
    expect(selection.count).toBe(5)
    selection.toggle(id(library, 5), 5)
    expect([selection.count, selection.has(id(library, 5)), selection.has(id(library, 6))]).toEqual([4, false, true])
  })

  it('of everything costs no question until something is done with it', async () => {
    const { api, selection, library } = await selecting()
    const before = asked(api).length
    selection.all()
    selection.toggle(id(library, 0), 0)
    expect(selection.count).toBe(59)
    expect(asked(api)).toHaveLength(before)
  })

  it('changes every title in it, and none left out', async () => {
    const { api, selection, library } = await selecting()
    library.query.statuses = ['dropped']
    await library.refresh()
    const [left, all] = [id(library, 0), library.total ?? 0]
    selection.all()
    selection.toggle(left, 0)
    expect(await selection.change({ score: 42 })).toBe(true)
    const changed = api.world.entries.filter((entry) => entry.status === 'dropped' && entry.score === 42)
    expect(changed.length).toBeGreaterThanOrEqual(all - 1)
    expect(api.world.entries.find((entry) => entry.manga_id === left)?.score).not.toBe(42)
  })

  it('takes back what could not be kept', async () => {
    const { api, selection, library } = await selecting()
    const before = library.entryAt(0)?.status
    api.world.failures.editEntries = BROKEN
    selection.toggle(id(library, 0), 0)
    expect(await selection.change({ status: 'dropped' })).toBe(false)
    expect(library.entryAt(0)?.status).toBe(before)
    expect(library.trouble?.error).toEqual(BROKEN)
  })

  it('ends with the question it was made for', async () => {
    const { library, selection } = await selecting()
    selection.toggle(id(library, 3), 3)
    library.query.search = 'rose'
    await flushPromises()
    expect(selection.count).toBe(0)
  })
})
