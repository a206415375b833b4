import { describe, expect, it, vi } from 'vitest'
import { BROKEN } from '@/fake/worlds'
import ReviewPage from '@/pages/ReviewPage.vue'
import AppSidebar from '@/components/frame/AppSidebar.vue'
import { useMatchesStore } from '@/stores/matches'
import { press, show, storeOver, type Shown } from '../world'

const matches = (more = {}) => show(ReviewPage, { path: '/review/matches', ...more })
const text = (shown: Shown, id: string) => shown.get(id).textContent?.replace(/\s+/g, ' ').trim() ?? ''
const asked = (shown: Shown, name: string) => shown.api.calls.filter((call) => call.name === name).map((call) => call.args)
const chosen = (shown: Shown) => [1, 2, 3].find((number) => shown.find(`candidate-${number}`)?.getAttribute('aria-checked') === 'true')
const first = (shown: Shown, place = 0) => shown.api.world.matches[place]

describe('a title that may be another one', () => {
  it('stands beside its candidates, the likeliest first, with how sure it is in percent', async () => {
    const shown = await matches()
    expect(text(shown, 'match-wait')).toContain('6 titles may be ones that a service knows under another name')
    expect(text(shown, 'match-own')).toContain('The Extraordinarily Long Account')
    expect(text(shown, 'candidate-1')).toContain('87%')
    expect(text(shown, 'candidate-2')).toContain('9%')
  })

  it('says in words what is the same, what differs and what forbids a link by itself', async () => {
    const shown = await matches()
    const same = shown.get('candidate-1').querySelector('[data-testid="evidence-same"]')?.textContent
    expect(same).toBe('The title of one is another name of the other, same native title, same author, same kind of work')
    expect(shown.get('candidate-1').querySelector('[data-testid="evidence-other"]')?.textContent).toContain('2 years apart')
    await shown.click('match-4')
    expect(text(shown, 'evidence-against')).toBe('One is a novel, the other a comic.')
  })

  it('says the same in Japanese', async () => {
    const shown = await matches({ language: 'ja' })
    expect(text(shown, 'candidate-1')).toContain('原題が同じ、作者が同じ')
    expect(text(shown, 'candidate-1')).toContain('開始年が 2 年違う')
  })

  it('is one thing that needs the person, however many candidates it has', async () => {
    const { titles } = await loaded()
    expect([titles.length, titles[0]?.candidates.length]).toEqual([6, 3])
    const sidebar = await show(AppSidebar, { props: { collapsed: false } })
    await useMatchesStore().load()
    await vi.waitFor(() => expect(text(sidebar, 'nav-review')).toContain('6'))
  })
})

async function loaded() {
  const { store } = storeOver(useMatchesStore)
  await store.load()
  return store
}

describe('by keyboard', () => {
  it('the arrows lead from title to title, C and a number from candidate to candidate', async () => {
    const shown = await matches()
    await press('c')
    expect(chosen(shown)).toBe(2)
    await press('3')
    expect(chosen(shown)).toBe(3)
    await press('c')
    expect(chosen(shown)).toBe(1)
    await press('3')
    await press('ArrowDown', shown.get('match-list'))
    expect([text(shown, 'match-own').slice(0, 5), chosen(shown)]).toEqual(['静かな港町', 1])
  })

  it('Enter links the chosen candidate and goes on to the next title', async () => {
    const shown = await matches()
    const id = first(shown, 1)?.id
    await press('2')
    await press('Enter', shown.get('match-list'))
    expect(asked(shown, 'acceptMatch')).toEqual([[id]])
    expect(text(shown, 'decided')).toContain('The next sync merges both')
    expect(text(shown, 'match-wait')).toContain('5 titles')
  })

  it('R rejects the chosen candidate alone, and the next one takes its place', async () => {
    const shown = await matches()
    const id = first(shown)?.id
    await press('r')
    expect(asked(shown, 'rejectMatch')).toEqual([[id]])
    expect(text(shown, 'match-wait')).toContain('6 titles')
    expect(text(shown, 'candidate-1')).toContain('Before the Snow')
    expect(chosen(shown)).toBe(1)
  })

  it('I asks for a reason, which Enter sends, and Esc leaves the question open', async () => {
    const shown = await matches()
    const id = first(shown)?.id
    await press('i')
    expect((shown.get('match-reason').querySelector('input') ?? shown.get('match-reason') as HTMLInputElement).value).toBe('MyAnimeList does not list it')
    await press('Escape', shown.get('match-ignore-ask'))
    expect(shown.find('match-ignore-ask')).toBeNull()
    await press('i')
    await press('r')
    await shown.type('match-reason', 'a fan comic')
    await shown.click('match-ignore-confirm')
    expect(asked(shown, 'ignoreMatch')).toEqual([[id, 'a fan comic']])
    expect(asked(shown, 'rejectMatch')).toEqual([])
    expect(text(shown, 'decided')).toContain('No counterpart is looked for at MyAnimeList any more')
  })

  it('S looks another work up at that service and links the one that is chosen', async () => {
    const shown = await matches()
    const { manga_id } = first(shown) ?? {}
    await press('s')
    await vi.waitFor(() => expect(shown.find('add-search')).not.toBeNull())
    await press('r')
    expect(asked(shown, 'rejectMatch')).toEqual([])
    await shown.type('add-search', 'fox')
    await vi.waitFor(() => expect(shown.find('hit-add')).not.toBeNull(), 3000)
    await shown.click('hit-add')
    expect(asked(shown, 'link')).toEqual([[manga_id, 'myanimelist', expect.any(String)]])
    await vi.waitFor(() => expect(text(shown, 'decided')).toContain('The next sync merges both'))
    expect(shown.find('add-dialog')).toBeNull()
  })
})

describe('titles that may be the same', () => {
  it('are found by any of their names and shown for one service alone', async () => {
    const shown = await matches()
    await shown.type('match-search', 'Shizuka na Mina')
    expect(text(shown, 'match-own')).toContain('静かな港町')
    await shown.type('match-search', '')
    await shown.click('match-group-kitsu')
    expect(shown.get('match-list').querySelectorAll('[role=option]')).toHaveLength(2)
  })

  it('are said to have their place where none is left', async () => {
    const shown = await matches({ world: 'empty' })
    expect(text(shown, 'empty-state')).toContain('Every title has its place')
  })

  it('stay in sight when a decision could not be kept', async () => {
    const shown = await matches({ world: 'stubborn' })
    await shown.click('match-accept')
    expect(text(shown, 'error-state')).toContain('locked by another program')
    expect(text(shown, 'match-wait')).toContain('6 titles')
  })

  it('are read again after they could not be', async () => {
    const shown = await matches({ world: 'broken' })
    expect(text(shown, 'error-state')).toContain(BROKEN.message.slice(0, 20))
    shown.api.world.failures = {}
    await shown.click('error-retry')
    expect(text(shown, 'match-wait')).toContain('6 titles')
  })

  it('are drawn only as far as they are in sight', async () => {
    const shown = await matches({ world: 'thousands' })
    expect(text(shown, 'match-wait')).toContain('5,000')
    expect(shown.get('match-list').querySelectorAll('[role=option]').length).toBeLessThan(60)
  })
})
