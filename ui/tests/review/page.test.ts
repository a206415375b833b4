import { flushPromises } from '@vue/test-utils'
import { describe, expect, it, vi } from 'vitest'
import { BROKEN } from '@/fake/worlds'
import ReviewPage from '@/pages/ReviewPage.vue'
import { press, show, type Shown } from '../world'

const title = (shown: Shown) => shown.get('plan-decision').querySelector('h2')?.textContent
const called = (shown: Shown, name: string) => shown.api.calls.filter((call) => call.name === name)

describe('the plan that waits', () => {
  it('says how much waits, why, and what it comes to in plain words', async () => {
    const { get } = await show(ReviewPage)
    expect(get('plan-waits').textContent).toContain('17 changes wait')
    expect(get('plan-reason').textContent).toBe('This would be the first sync with AniList and MyAnimeList, so it waits for you.')
    expect(get('plan-group-create_local').textContent).toContain('5 titles come into your library')
    expect(get('plan-apply-all').textContent).toContain('Apply 17 changes')
  })

  it('explains in numbers why the guard stopped', async () => {
    const { get } = await show(ReviewPage, { world: 'guard' })
    expect(get('plan-reason').textContent).toContain('40 of 312 titles')
  })

  it('shows each field of the chosen title before and after', async () => {
    const { get } = await show(ReviewPage)
    expect(get('plan-field-chapters_read').textContent).toMatch(/Chapters74→77/)
    expect(get('plan-field-score').textContent).toContain('80 of 100')
  })

  it('is walked with the arrow keys', async () => {
    const shown = await show(ReviewPage)
    const first = title(shown)
    await press('ArrowDown', shown.get('plan-list'))
    expect(title(shown)).not.toBe(first)
    await press('ArrowUp', shown.get('plan-list'))
    expect(title(shown)).toBe(first)
  })

  it('skips with S and goes on to the next title', async () => {
    const shown = await show(ReviewPage)
    const first = title(shown)
    await press('s')
    expect(called(shown, 'planDecide')[0]?.args[1]).toEqual({ rows: [expect.any(Number)], part: 'row', verdict: 'skip' })
    expect(title(shown)).not.toBe(first)
    expect(shown.get('plan-apply-all').textContent).toContain('Apply 16 changes')
  })

  it('asks before N, since nothing brings the title back', async () => {
    const shown = await show(ReviewPage)
    await press('n')
    expect(called(shown, 'planDecide')).toHaveLength(0)
    expect(shown.get('plan-never-ask').textContent).toContain('Never sync this title with AniList?')
    await press('n')
    expect(called(shown, 'planDecide')[0]?.args[1]).toEqual({ rows: [expect.any(Number)], part: 'row', verdict: 'never' })
    expect(shown.find('plan-never-ask')).toBeNull()
  })

  it('takes back what was said last with U, and shows the title it was about', async () => {
    const shown = await show(ReviewPage)
    const first = title(shown)
    await press('u')
    expect(called(shown, 'planTakeBack')).toHaveLength(0)
    await press('s')
    await press('s')
    expect(shown.get('plan-apply-all').textContent).toContain('Apply 15 changes')
    await press('u')
    expect(shown.get('plan-apply-all').textContent).toContain('Apply 16 changes')
    await press('u')
    expect([title(shown), shown.get('plan-apply-all').textContent]).toEqual([first, expect.stringContaining('Apply 17 changes')])
    expect(shown.get('take-back').hasAttribute('disabled')).toBe(true)
  })

  it('takes back what was applied last as any sync is taken back, after a question', async () => {
    const shown = await show(ReviewPage)
    await press('Enter', shown.get('plan-list'))
    await press('u')
    await vi.dynamicImportSettled()
    await flushPromises()
    expect(document.body.textContent).toContain('Take this sync back?')
    expect(called(shown, 'planTakeBack')).toHaveLength(0)
  })

  it('applies every row of the chosen title with Enter', async () => {
    const shown = await show(ReviewPage)
    await shown.click('plan-row-2')
    await press('Enter', shown.get('plan-list'))
    expect(called(shown, 'planApply')[0]?.args).toEqual([[2, 3], expect.any(String)])
  })

  it('applies all and says what came of it', async () => {
    const shown = await show(ReviewPage)
    await shown.click('plan-apply-all')
    expect(called(shown, 'planApply')[0]?.args).toEqual([[], expect.any(String)])
    expect(shown.get('plan-result').textContent).toContain('3 changes came from AniList')
    expect(shown.get('empty-state').textContent).toContain('No plan waits')
  })

  it('finds titles by name and says when there is none', async () => {
    const shown = await show(ReviewPage)
    await shown.type('plan-search', 'donaudampf')
    expect(title(shown)).toContain('Donaudampf')
    await shown.type('plan-search', 'no such thing')
    expect(shown.get('empty-state').textContent).toContain('No title matches')
  })

  it('draws only what is in sight of seven thousand changes', async () => {
    const { get } = await show(ReviewPage, { world: 'thousands' })
    expect(get('plan-waits').textContent).toContain('7,200')
    const drawn = get('plan-list').querySelectorAll('[role=option]').length
    expect(drawn).toBeGreaterThan(5)
    expect(drawn).toBeLessThan(60)
  })

  it('keeps the plan in sight when a decision could not be kept', async () => {
    const shown = await show(ReviewPage)
    shown.api.world.failures.planDecide = BROKEN
    await shown.click('plan-skip')
    expect(shown.get('error-state').textContent).toContain('locked by another program')
    expect(shown.get('plan-apply-all').textContent).toContain('Apply 17 changes')
  })

  it('says so when the plan cannot be read, and tries again', async () => {
    const shown = await show(ReviewPage, { world: 'broken' })
    expect(shown.get('error-state').textContent).toContain('locked by another program')
    shown.api.world.failures = {}
    await shown.click('error-retry')
    expect(shown.get('plan-waits').textContent).toContain('17 changes')
  })

  it('speaks Japanese', async () => {
    const { get } = await show(ReviewPage, { language: 'ja' })
    expect(get('plan-apply-all').textContent).toContain('17 件の変更を適用')
  })
})

describe('a field of the plan', () => {
  const choose = async (shown: Shown, field: string, label: string) => {
    shown.get(`part-${field}`).dispatchEvent(new MouseEvent('pointerdown', { bubbles: true, button: 0 }))
    await press('Enter', shown.get(`part-${field}`))
    await vi.waitFor(() => expect(item(label)).toBeDefined())
    item(label)?.click()
    await flushPromises()
  }
  const item = (label: string) => [...document.querySelectorAll<HTMLElement>('[role=menuitem]')].find((each) => each.textContent?.includes(label))
  const decided = (shown: Shown) => called(shown, 'planDecide').map((call) => call.args[1])

  it('says who set it, and when', async () => {
    const { get } = await show(ReviewPage)
    expect(get('plan-field-chapters_read').textContent).toContain('AniList, 3 hours ago')
    expect(get('plan-field-score').textContent).toContain('you, 20 minutes ago')
  })

  it('is left out alone, and taken in again', async () => {
    const shown = await show(ReviewPage)
    await choose(shown, 'score', 'Leave Score out this time')
    expect(decided(shown)).toEqual([{ rows: [expect.any(Number)], part: { field: 'score' }, verdict: 'skip' }])
    expect(shown.get('plan-field-score').textContent).toContain('left out')
    await choose(shown, 'score', 'Take Score in again')
    expect(decided(shown)[1]).toEqual({ rows: [expect.any(Number)], part: { field: 'score' }, verdict: 'accept' })
  })

  it('takes another value, which is read before it is sent', async () => {
    const shown = await show(ReviewPage)
    await choose(shown, 'chapters_read', 'Choose another value')
    await shown.type('value-text', 'many')
    expect(shown.get('value-keep').hasAttribute('disabled')).toBe(true)
    await shown.type('value-text', '76')
    await shown.click('value-keep')
    expect(decided(shown)).toEqual([{ rows: [expect.any(Number)], part: { field: 'chapters_read' }, verdict: { value: 76 } }])
    expect(shown.get('plan-field-chapters_read').textContent).toContain('your choice')
  })

  it('of a plan that changed is marked', async () => {
    const shown = await show(ReviewPage)
    await shown.type('plan-search', 'A')
    expect(shown.get('plan-list').textContent).toContain('Changed since you last saw it')
  })
})

describe('a kind of change', () => {
  it('is left out or applied as a whole', async () => {
    const shown = await show(ReviewPage)
    await shown.click('plan-group-create_local')
    await shown.click('plan-skip-group')
    expect(called(shown, 'planDecide')[0]?.args[1]).toMatchObject({ part: 'row', verdict: 'skip' })
    expect(shown.get('plan-apply-all').textContent).toContain('Apply 12 changes')
  })
})

describe('an empty plan', () => {
  it('is a pleasure where no question is open either', async () => {
    const shown = await show(ReviewPage, { world: 'empty' })
    expect(shown.get('empty-state').textContent).toContain('Nothing needs you')
  })

  it('leads to the questions that are open', async () => {
    const shown = await show(ReviewPage, { path: '/review/plan', change: (world) => (world.plan = null) })
    expect(shown.get('empty-state').textContent).toContain('20 questions about your titles are open')
    await shown.click('plan-questions')
    expect(shown.find('sides')).not.toBeNull()
  })

  it('is not what one begins with while questions are open', async () => {
    const shown = await show(ReviewPage, { change: (world) => (world.plan = null) })
    expect(shown.get('question-wait').textContent).toContain('9 titles were changed in two places')
  })
})
