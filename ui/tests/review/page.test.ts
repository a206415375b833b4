import { describe, expect, it } from 'vitest'
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
    expect(called(shown, 'planSkip')).toHaveLength(1)
    expect(title(shown)).not.toBe(first)
    expect(shown.get('plan-apply-all').textContent).toContain('Apply 16 changes')
  })

  it('asks before N, since nothing brings the title back', async () => {
    const shown = await show(ReviewPage)
    await press('n')
    expect(called(shown, 'planNever')).toHaveLength(0)
    expect(shown.get('plan-never-ask').textContent).toContain('Never sync this title with AniList?')
    await press('n')
    expect(called(shown, 'planNever')).toHaveLength(1)
    expect(shown.find('plan-never-ask')).toBeNull()
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
    shown.api.world.failures.planSkip = BROKEN
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

describe('an empty plan', () => {
  it('is a pleasure where no question is open either', async () => {
    const shown = await show(ReviewPage, { world: 'empty' })
    expect(shown.get('empty-state').textContent).toContain('Nothing needs you')
  })

  it('leads to the questions that are open', async () => {
    const shown = await show(ReviewPage, { path: '/review/plan', change: (world) => (world.plan = null) })
    expect(shown.get('empty-state').textContent).toContain('14 questions about your titles are open')
    await shown.click('plan-questions')
    expect(shown.find('sides')).not.toBeNull()
  })

  it('is not what one begins with while questions are open', async () => {
    const shown = await show(ReviewPage, { change: (world) => (world.plan = null) })
    expect(shown.get('questions-wait').textContent).toContain('9 titles were changed in two places')
  })
})
