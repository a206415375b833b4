import { flushPromises } from '@vue/test-utils'
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import LibraryPage from '@/pages/LibraryPage.vue'
import AppHeader from '@/components/frame/AppHeader.vue'
import { BROKEN } from '@/fake/worlds'
import { useLibraryStore } from '@/stores/library'
import { useSelectionStore } from '@/stores/selection'
import { useIntegrationsStore } from '@/stores/integrations'
import { show, type Shown } from '../world'
import { loadLater } from './later'
import { defineComponent, h } from 'vue'
import { useRouter } from 'vue-router'

const press = async (on: HTMLElement, key: string, more: KeyboardEventInit = {}) => {
  on.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...more }))
  await flushPromises()
  await flushPromises()
}
const library = (options: Parameters<typeof show>[1] = {}) => show(LibraryPage, { world: 'one', path: '/library', ...options })
const many = (options: Parameters<typeof show>[1] = {}) => library({ world: 'offline', ...options })
const edits = ({ api }: Shown) => api.calls.filter((call) => call.name === 'editEntry').map((call) => call.args)

beforeAll(async () => void (await loadLater()))
beforeEach(() => {
  localStorage.clear()
  vi.useRealTimers()
})

describe('the library', () => {
  it('shows covers, and a table when one likes that better', async () => {
    const { find, click } = await many()
    expect(find('entry-0')?.getAttribute('role')).toBe('gridcell')
    await click('view-table')
    expect(find('entry-0')?.getAttribute('role')).toBe('row')
  })

  it('keeps to a screenful however many titles there are', async () => {
    await library({ world: 'full' })
    expect(document.querySelectorAll('[data-index]').length).toBeLessThan(120)
  })

  it('makes no formatter for each title that it shows', async () => {
    const { NumberFormat } = Intl
    const made = vi.spyOn(Intl, 'NumberFormat').mockImplementation(function make(locale) { return new NumberFormat(locale) })
    await library({ world: 'full' })
    expect(document.querySelectorAll('[data-index]').length).toBeGreaterThan(5)
    expect(made.mock.calls.length).toBeLessThanOrEqual(1)
    made.mockRestore()
  })

  it('asks for one filter more with each chip, and for all again', async () => {
    const page = await many()
    const all = page.get('library-count').textContent
    await page.click('filter-reading')
    await page.click('filter-differs')
    expect(useLibraryStore().query).toMatchObject({ statuses: ['reading'], differs: true })
    expect(page.get('library-count').textContent).not.toBe(all)
    await page.click('clear-filters')
    expect(page.get('library-count').textContent).toBe(all)
  })

  it('keeps what it shows in its address', async () => {
    let where = () => ''
    const Page = defineComponent(() => {
      const router = useRouter()
      where = () => router.currentRoute.value.fullPath
      return () => h(LibraryPage)
    })
    const page = await show(Page, { world: 'offline', path: '/library?q=rose&status=reading,dropped&sort=score&order=down' })
    expect(useLibraryStore().query).toMatchObject({ search: 'rose', statuses: ['reading', 'dropped'], sort: 'score', descending: true })
    await page.click('filter-kitsu')
    await vi.waitFor(() => expect(where()).toContain('at=kitsu'))
    await page.click('view-table')
    expect(where()).toContain('view=table')
  })

  it('finds a title by any of its names as one types', async () => {
    const Both = defineComponent(() => () => [h(AppHeader), h(LibraryPage)])
    const page = await show(Both, { world: 'offline', path: '/library' })
    await page.type('library-search', 'shizuka na mina')
    await flushPromises()
    expect(page.get('library-count').textContent).toBe('1 title')
    await press(page.get('library-search'), 'ArrowDown')
    expect(document.activeElement?.getAttribute('data-testid')).toBe('entry-0')
  })

  it('keeps the list in its place while nothing is found, out of sight and of reach', async () => {
    const Both = defineComponent(() => () => [h(AppHeader), h(LibraryPage)])
    const page = await show(Both, { world: 'offline', path: '/library' })
    const list = page.get('library-list')
    await page.type('library-search', 'zzzz')
    await flushPromises()
    expect([list.isConnected, list.closest('.invisible') !== null, page.find('entry-0')]).toEqual([true, true, null])
    page.get('library-search').querySelector('input')?.focus()
    await press(page.get('library-search'), 'ArrowDown')
    expect(list.contains(document.activeElement)).toBe(false)
    await page.type('library-search', '')
    await flushPromises()
    expect([page.get('library-list') === list, list.closest('.invisible')]).toEqual([true, null])
  })

  it('sorts by a column, the other way at the second click', async () => {
    const page = await many({ path: '/library?view=table' })
    const by = (name: string) => page.get(`sort-${name}`).querySelector<HTMLElement>('button')?.click()
    by('score')
    await flushPromises()
    expect(useLibraryStore().query).toMatchObject({ sort: 'score', descending: true })
    by('score')
    await flushPromises()
    expect(useLibraryStore().query).toMatchObject({ sort: 'score', descending: false })
    expect(page.get('sort-score').getAttribute('aria-sort')).toBe('ascending')
  })

  it('remembers the columns on this machine', async () => {
    const page = await many({ path: '/library?view=table' })
    await page.click('library-columns')
    await flushPromises()
    page.get('column-services').click()
    await flushPromises()
    expect(page.find('sort-services')).toBeNull()
    await press(page.get('sort-score').querySelector<HTMLElement>('[role="separator"]') as HTMLElement, 'ArrowLeft')
    expect(JSON.parse(localStorage.getItem('library-columns') ?? '')).toEqual({ hidden: ['services'], widths: { score: 80 } })
  })
})

describe('an edit in the list', () => {
  it('counts one chapter more, at once', async () => {
    const page = await library()
    const before = useLibraryStore().entryAt(0)?.chapters_read ?? 0
    await page.click('entry-plus-one')
    expect(edits(page)[0]?.[1]).toEqual({ chapters_read: before + 1 })
    expect(page.get('entry-0').textContent).toContain(String(before + 1))
  })

  it('is offered on the cover below the pointer or the keyboard, and stays where its menu is open', async () => {
    const page = await many()
    const third = page.get('entry-2')
    const offered = () => third.querySelector('[data-testid=entry-quick]') !== null
    const point = async (kind: string) => {
      third.dispatchEvent(new MouseEvent(kind))
      await flushPromises()
    }
    expect([offered(), page.get('entry-0').querySelector('[data-testid=entry-quick]') !== null]).toEqual([false, true])
    await point('pointerenter')
    expect(offered()).toBe(true)
    await point('pointerleave')
    expect(offered()).toBe(false)
    await point('pointerenter')
    third.querySelector<HTMLElement>('[data-testid=entry-quick]')?.click()
    await point('pointerleave')
    expect(offered()).toBe(true)
  })

  it('is taken back with a message and a way to try again', async () => {
    const page = await library({ change: (world) => (world.failures.editEntry = BROKEN) })
    const before = page.get('entry-0').textContent
    await page.click('entry-plus-one')
    await flushPromises()
    expect(page.get('entry-0').textContent).toBe(before)
    expect(document.body.textContent).toContain('is as it was before')
    expect(document.body.textContent).toContain(BROKEN.hint)
  })

  it('sets status and score beside the title', async () => {
    const page = await library({ path: '/library?view=table' })
    await page.click('entry-status')
    await flushPromises()
    await page.click('status-dropped')
    expect(edits(page)[0]?.[1]).toEqual({ status: 'dropped' })
  })

  it('never counts above the known end nor below nothing', async () => {
    const page = await library({ change: (world) => Object.assign(world.entries[0] ?? {}, { chapters_read: 12, total_chapters: 12 }) })
    await page.click('entry-plus-one')
    expect(edits(page)).toEqual([])
  })
})

describe('the keyboard', () => {
  it('moves with the arrows, and stays where it is at the ends', async () => {
    const page = await many({ path: '/library?view=table' })
    page.get('entry-0').focus()
    await press(page.get('entry-0'), 'ArrowDown')
    await press(page.get('entry-1'), 'ArrowDown')
    expect(document.activeElement).toBe(page.get('entry-2'))
    await press(page.get('entry-2'), 'Home')
    await press(page.get('entry-0'), 'ArrowUp')
    expect(document.activeElement).toBe(page.get('entry-0'))
  })

  it('counts with + and -', async () => {
    const page = await library({ change: (world) => Object.assign(world.entries[0] ?? {}, { chapters_read: 5, total_chapters: null }) })
    await press(page.get('entry-0'), '+')
    await press(page.get('entry-0'), '-')
    await press(page.get('entry-0'), '-')
    expect(edits(page).at(-1)?.[1]).toEqual({ chapters_read: 4 })
  })

  it('opens with Enter, and closes with Esc back to the title', async () => {
    const page = await many()
    page.get('entry-1').focus()
    await press(page.get('entry-0'), 'ArrowRight')
    await press(page.get('entry-1'), 'Enter')
    expect(page.find('drawer')).not.toBeNull()
    expect(document.activeElement).toBe(page.get('drawer-close'))
    await press(page.get('drawer-close'), 'Escape')
    expect(page.find('drawer')).toBeNull()
    expect(document.activeElement).toBe(page.get('entry-1'))
  })

  it('selects everything with Ctrl+A, and lets go with Esc', async () => {
    const page = await many()
    await press(page.get('entry-0'), 'a', { ctrlKey: true })
    expect(page.get('picked-count').textContent).toBe('60 selected')
    await press(document.body, 'Escape')
    expect(page.find('picked-bar')).toBeNull()
  })
})

describe('many titles at once', () => {
  it('are picked with Ctrl and Shift and a click', async () => {
    const page = await many()
    page.get('entry-1').dispatchEvent(new MouseEvent('click', { bubbles: true, ctrlKey: true }))
    page.get('entry-4').dispatchEvent(new MouseEvent('click', { bubbles: true, shiftKey: true }))
    await flushPromises()
    expect(page.get('picked-count').textContent).toBe('4 selected')
    expect(page.get('entry-2').getAttribute('aria-selected')).toBe('true')
    expect(page.find('drawer')).toBeNull()
  })

  it('are asked about before they are removed', async () => {
    const page = await many()
    useSelectionStore().all()
    await flushPromises()
    await page.click('many-remove')
    await flushPromises()
    expect(page.api.world.entries).toHaveLength(60)
    await page.click('ask-yes')
    await flushPromises()
    expect(page.api.world.entries).toHaveLength(0)
    expect(page.find('empty-state')).not.toBeNull()
  })
})

describe('the library without titles', () => {
  it('invites to connect a service, or to add a title once one is connected', async () => {
    const page = await library({ world: 'empty' })
    expect(page.find('empty-connect')).not.toBeNull()
    const other = await library({ change: (world) => (world.entries = []) })
    await useIntegrationsStore().fetchIntegrationSettings()
    await flushPromises()
    expect(other.find('empty-add')).not.toBeNull()
  })

  it('says that no title is called so, and shows all again', async () => {
    const page = await many({ path: '/library?q=zzzz' })
    expect(page.get('empty-state').textContent).toContain('zzzz')
    await page.click('show-all')
    expect(page.find('entry-0')).not.toBeNull()
  })

  it('says what is wrong when it cannot be read, and tries again', async () => {
    const page = await library({ world: 'broken' })
    expect(page.get('error-state').textContent).toContain('locked by another program')
    page.api.world.failures = {}
    await page.click('error-retry')
    await flushPromises()
    expect(page.find('entry-0')).not.toBeNull()
  })
})
