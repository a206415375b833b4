import { flushPromises } from '@vue/test-utils'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { read, type Typed } from '@/components/library/draft'
import { rowsOf } from '@/components/library/comparison'
import { detailOf } from '@/fake/answers'
import { inventEntries, minutesFromNow } from '@/fake/entries'
import { BROKEN } from '@/fake/worlds'
import type { EntryDetail, SideView } from '@/contract'
import LibraryPage from '@/pages/LibraryPage.vue'
import { useEntryStore } from '@/stores/entry'
import { useIntegrationsStore } from '@/stores/integrations'
import { useSyncStore } from '@/stores/sync'
import { show, type Shown } from '../world'
import { loadLater } from './later'

beforeAll(async () => void (await loadLater()))
beforeEach(() => localStorage.clear())

const ENTRY = { ...(inventEntries(20)[12] as NonNullable<ReturnType<typeof inventEntries>[number]>), chapters_read: 12, total_chapters: 40, score: 84, mappings: { anilist: '1', myanimelist: '2', kitsu: '3' } }

/** The page with one open entry, whose sides at the services are as given. */
async function opened(side: Partial<SideView> = {}, more: Parameters<typeof show>[1] = {}): Promise<Shown> {
  const page = await show(LibraryPage, {
    world: 'one', path: `/library?entry=${ENTRY.manga_id}`, ...more,
    change: (world) => {
      world.entries = [structuredClone(ENTRY), ...inventEntries(5)]
      more.change?.(world)
    },
  })
  await useIntegrationsStore().fetchIntegrationSettings()
  const real = page.api.entryDetail
  page.api.entryDetail = async (id) => {
    const detail: EntryDetail = await real(id)
    return { ...detail, sides: { ...detail.sides, anilist: { ...(detail.sides.anilist as SideView), ...side } } }
  }
  await useEntryStore().load()
  await flushPromises()
  return page
}
const fate = (page: Shown) => page.get('side-anilist').querySelector('[data-testid="fate"]')?.textContent?.trim()
const changes = ({ api }: Shown) => api.calls.filter((call) => call.name === 'editEntry').map((call) => call.args[1])
const submit = async (page: Shown) => {
  page.get('drawer-save').click()
  await flushPromises()
  await flushPromises()
}

describe('a typed value', () => {
  it.each<[Typed, string, unknown]>([
    ['started_on', '2026', { value: '2026' }],
    ['started_on', '2026-03', { value: '2026-03' }],
    ['started_on', ' 2024-02-29 ', { value: '2024-02-29' }],
    ['started_on', '2026-02-29', { slip: 'date' }],
    ['started_on', '2026-13', { slip: 'date' }],
    ['started_on', '3/14/2026', { slip: 'date' }],
    ['finished_on', '', { value: null }],
    ['chapters_read', '12', { value: 12 }],
    ['chapters_read', '12.5', { slip: 'number' }],
    ['chapters_read', '-1', { slip: 'number' }],
    ['chapters_read', '', { slip: 'number' }],
    ['notes', '  ', { value: null }],
    ['notes', ' as it is ', { value: ' as it is ' }],
  ])('of %s, %j, is read as it will be kept', (field, text, wanted) => {
    expect(read(field, text)).toEqual(wanted)
  })
})

describe('the comparison', () => {
  it('leaves out what is empty everywhere, and tells why a cell has nothing', () => {
    const entry = { ...ENTRY, notes: null, private: false, rereads: 0, volumes_read: 0, started_on: null, finished_on: null }
    const detail = detailOf(entry)
    detail.sides.kitsu = { ...(detail.sides.kitsu as SideView), fields: null }
    const rows = rowsOf(entry, detail)
    expect(rows.map((row) => row.field)).toEqual(['status', 'chapters_read', 'score'])
    expect(rows[1]?.cells.map((cell) => cell.state)).toEqual(['same', 'differs', 'unknown'])
    expect(rows[2]?.cells.map((cell) => cell.state)).toEqual(['same', 'accepted', 'unknown'])
  })

  it('marks the cells that differ, in words too', async () => {
    const page = await opened()
    const cell = page.get('compare-chapters_read').querySelector('[data-state="differs"]')
    expect(cell?.textContent).toContain('10')
    expect(cell?.textContent).toContain('Differs from your library')
  })
})

describe('what will become of a title at a service', () => {
  const push = { will_send: [{ field: 'chapters_read' as const, before: 10, after: 12 }] }

  it('is that it will be sent in so many seconds', async () => {
    expect(fate(await opened({ ...push, next_try_at: minutesFromNow(0.05) }))).toMatch(/^Chapters will be sent in [23] s\.$/)
  })

  it('is that it waits for the network while there is none', async () => {
    const page = await opened(push)
    useSyncStore().offline = true
    await flushPromises()
    expect(fate(page)).toBe('Chapters will be sent when the network is back.')
  })

  it.each<[string, Partial<SideView>]>([
    ['Nothing is sent: AniList is not connected or is switched off.', { takes_part: false }],
    ['AniList did not accept this: Too many chapters.', { refused: { code: 'refused', message: 'Too many chapters.' } }],
    ['Waits for you to approve the first sync with AniList.', { awaits_approval: true }],
    ['Waits for your decision.', { asked: ['score'] }],
    ['Not sent: it is private, and AniList would show it to others.', { held_entry: 'private' }],
    ['Will be added at AniList in a moment.', { creates: true }],
    ['Score: not sent, because it came from another service and your services are not kept in step.', { held: ['score'] }],
    ['Not in your list at AniList.', { presence: 'absent' }],
    ['In step, as read 14 minutes ago.', { read_at: minutesFromNow(-14.5) }],
  ])('reads “%s”', async (text, side) => {
    expect(fate(await opened(side))).toBe(text)
  })
})

describe('the open entry', () => {
  it('keeps what is typed with Save, all of it in one change', async () => {
    const page = await opened()
    await page.type('drawer-chapters', '13')
    await page.type('drawer-started', '2025-07')
    await submit(page)
    expect(changes(page)).toEqual([{ chapters_read: 13, started_on: '2025-07' }])
    expect((page.get('drawer-chapters') as HTMLInputElement).value ?? page.get('drawer-chapters').querySelector('input')?.value).toBe('13')
    expect(page.find('drawer-save')).toBeNull()
  })

  it('does not let a slip be saved, and says what it should be', async () => {
    const page = await opened()
    await page.type('drawer-finished', '2026-13')
    expect(page.get('drawer').textContent).toContain('A date as 2026-03-14')
    await submit(page)
    expect(changes(page)).toEqual([])
  })

  it('gives back what was typed when it could not be kept', async () => {
    const page = await opened({}, { change: (world) => (world.failures.editEntry = BROKEN) })
    await page.type('drawer-notes', 'Lent to Aoi.')
    await submit(page)
    expect(page.get('drawer').querySelector('textarea')?.value).toBe('Lent to Aoi.')
    expect(document.body.textContent).toContain('is as it was before')
  })

  it('keeps what was typed when one leaves it', async () => {
    const page = await opened()
    await page.type('drawer-notes', 'Half way.')
    await page.click('drawer-close')
    await flushPromises()
    expect(changes(page)).toEqual([{ notes: 'Half way.' }])
  })

  it('takes back what was typed with Esc, and closes with the next', async () => {
    const page = await opened()
    await page.type('drawer-notes', 'Half way.')
    const esc = () => page.get('drawer').querySelector('textarea')?.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true }))
    esc()
    await flushPromises()
    expect(page.get('drawer').querySelector('textarea')?.value).toBe(ENTRY.notes ?? '')
    esc()
    await flushPromises()
    expect(page.find('drawer')).toBeNull()
    expect(changes(page)).toEqual([])
  })

  it('is removed only after a question that names it', async () => {
    const page = await opened()
    await page.click('drawer-remove')
    await flushPromises()
    expect(document.body.textContent).toContain(`Remove “${ENTRY.titles[0]?.text}” from your library?`)
    expect(document.body.textContent).toMatch(/What stands at .*AniList.* stays until you decide in Review\./)
    await page.click('ask-yes')
    await flushPromises()
    expect(page.find('drawer')).toBeNull()
    expect(page.api.world.entries.some((entry) => entry.manga_id === ENTRY.manga_id)).toBe(false)
  })

  it('loses its link with a service, and nothing else', async () => {
    const page = await opened()
    await page.click('unlink-kitsu')
    await flushPromises()
    await page.click('ask-yes')
    await flushPromises()
    await flushPromises()
    expect(page.find('side-kitsu')).toBeNull()
    expect(page.find('side-anilist')).not.toBeNull()
  })

  it('is called and rated as the person likes to read it', async () => {
    const page = await opened({}, { change: (world) => Object.assign(world.app, { title_language: 'english', score_display: 'five' }) })
    expect(page.get('drawer-title').textContent).toBe(ENTRY.titles.find((title) => title.kind === 'english')?.text)
    page.get('score-100').click()
    await flushPromises()
    expect(changes(page)).toEqual([{ score: 100 }])
  })

  it('says when it is gone, and asks again', async () => {
    const page = await show(LibraryPage, { world: 'one', path: '/library?entry=0192a5c0-0000-7000-8000-00000000dead' })
    await flushPromises()
    expect(page.get('drawer').textContent).toContain('There is no such entry any more.')
  })
})
