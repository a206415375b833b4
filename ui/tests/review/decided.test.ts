import { describe, expect, it } from 'vitest'
import ReviewPage from '@/pages/ReviewPage.vue'
import { press, show, type Shown } from '../world'

const text = (shown: Shown, id: string) => shown.get(id).textContent?.replace(/\s+/g, ' ').trim() ?? ''
const asked = (shown: Shown, name: string) => shown.api.calls.filter((call) => call.name === name).map((call) => call.args)

/** The page with what was decided, reached by its key. */
async function decided(more = {}) {
  const shown = await show(ReviewPage, { path: '/review/matches', ...more })
  await press('d')
  return shown
}

describe('what was said of matches', () => {
  it('is listed, the newest first, with what was said, the reason and the time', async () => {
    const shown = await decided()
    expect(text(shown, 'said-wait')).toContain('7 titles that you decided on')
    expect(text(shown, 'said-1')).toContain('Another work: Black Roses at Noon')
    expect(text(shown, 'decided-decision')).toContain('You said that these are two different works.')
    expect(text(shown, 'decided-other')).toBe('Black Roses at Noon')
    await press('ArrowDown', shown.get('said-list'))
    expect(text(shown, 'decided-decision')).toContain('You said that this title is not at Kitsu.')
    expect(text(shown, 'decided-other')).toContain('A fan comic that only one service lists')
    await press('ArrowDown', shown.get('said-list'))
    await press('ArrowDown', shown.get('said-list'))
    expect(text(shown, 'decided-other')).toContain('no reason given')
    await press('ArrowDown', shown.get('said-list'))
    expect(text(shown, 'said-5')).toContain('Another work: Kitsu no. 8100005')
  })

  it('is said in Japanese too', async () => {
    const shown = await decided({ language: 'ja' })
    expect(text(shown, 'decided-decision')).toContain('別の作品だと回答しました')
  })

  it('grows by every decision on the page', async () => {
    const shown = await show(ReviewPage, { path: '/review/matches' })
    expect(text(shown, 'decided-show')).toContain('Decided: 7')
    await press('r')
    expect(text(shown, 'decided-show')).toContain('Decided: 8')
    await press('d')
    expect(text(shown, 'said-1')).toContain('Another work: The Bookbinder of the Far Provinces')
  })

  it('is narrowed to one kind, or to a name of either title', async () => {
    const shown = await decided()
    await shown.click('said-group-ignored')
    expect(shown.get('said-list').querySelectorAll('[role=option]')).toHaveLength(2)
    await shown.click('said-group-all')
    await shown.type('said-search', 'roses at noon')
    expect(shown.get('said-list').querySelectorAll('[role=option]')).toHaveLength(2)
  })

  it('leads back to the questions by D and by Esc, which do not decide anything', async () => {
    const shown = await decided()
    await press('d')
    expect(shown.find('match-decision')).not.toBeNull()
    await press('d')
    await press('Escape')
    expect(shown.find('match-decision')).not.toBeNull()
    expect([...asked(shown, 'reopenMatch'), ...asked(shown, 'unlink')]).toEqual([])
  })
})

describe('taking back what was said', () => {
  it('Enter asks a rejected one again, which then stands there no more', async () => {
    const shown = await decided()
    const [one] = shown.api.world.decided
    await press('Enter', shown.get('said-list'))
    expect(asked(shown, 'reopenMatch')).toEqual([[one?.manga_id, 'myanimelist', '8100001']])
    expect(text(shown, 'taken-back')).toContain('Compared anew with the next sync')
    expect(text(shown, 'said-wait')).toContain('6 titles')
  })

  it('of a title without a counterpart names the service alone', async () => {
    const shown = await decided()
    const one = shown.api.world.decided[1]
    await press('ArrowDown', shown.get('said-list'))
    await shown.click('decided-take')
    expect(asked(shown, 'reopenMatch')).toEqual([[one?.manga_id, 'kitsu', null]])
  })

  it('of a link asks first, and Esc leaves it as it is', async () => {
    const shown = await decided()
    const one = shown.api.world.decided[2]
    await press('ArrowDown', shown.get('said-list'))
    await press('ArrowDown', shown.get('said-list'))
    await press('Enter', shown.get('said-list'))
    expect(text(shown, 'decided-ask')).toContain('put back as it was')
    await press('Escape', shown.get('said-list'))
    expect(shown.find('decided-ask')).toBeNull()
    expect(asked(shown, 'unlink')).toEqual([])
    await press('Enter', shown.get('said-list'))
    await press('Enter', shown.get('said-list'))
    expect(asked(shown, 'unlink')).toEqual([[one?.manga_id, 'myanimelist']])
    expect(text(shown, 'taken-back')).toContain('Separate titles again')
    expect(text(shown, 'said-3')).toContain('Another work')
  })

  it('that could not be kept is said, and what was said still stands there', async () => {
    const shown = await decided({ world: 'stubborn' })
    await press('Enter', shown.get('said-list'))
    expect(text(shown, 'error-state')).toContain('locked by another program')
    expect(text(shown, 'said-wait')).toContain('7 titles')
  })
})

describe('where nothing was decided', () => {
  it('no button leads there, and D does nothing', async () => {
    const shown = await decided({ world: 'empty' })
    expect(shown.find('decided-show')).toBeNull()
    expect(text(shown, 'empty-state')).toContain('Every title has its place')
  })

  it('any more, the page says what would be here and leads back', async () => {
    const shown = await decided({ change: (world: Shown['api']['world']) => (world.decided = world.decided.slice(0, 1)) })
    await press('Enter', shown.get('said-list'))
    expect(text(shown, 'empty-state')).toContain('Nothing decided')
    await shown.click('decided-back')
    expect(shown.find('match-decision')).not.toBeNull()
  })

  it('and no question waits, what was decided can still be seen', async () => {
    const shown = await show(ReviewPage, { path: '/review/matches', change: (world) => (world.matches = []) })
    await shown.click('decided-show')
    expect(shown.find('said-list')).not.toBeNull()
  })
})
