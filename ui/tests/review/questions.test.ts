import { flushPromises } from '@vue/test-utils'
import { describe, expect, it, vi } from 'vitest'
import { kindsOf, rowsOf, shownQuestions, sidesOf } from '@/components/review/questions'
import type { ConflictView } from '@/contract'
import { inventEntries } from '@/fake/entries'
import { inventQuestions } from '@/fake/questions'
import { BROKEN, worldOf } from '@/fake/worlds'
import ReviewPage from '@/pages/ReviewPage.vue'
import { kindOf, PAGE, useQuestionsStore } from '@/stores/questions'
import { useUndoStore } from '@/stores/undo'
import { press, show, storeOver, type Shown } from '../world'

const question = (more: Partial<ConflictView> = {}): ConflictView => ({
  id: 'q1', kind: 'fields', manga_id: 'm1', title: 'Lantern Fox', group: 'score', provider: null, opened_at: '2026-11-01T10:00:00Z',
  answers: ['local', 'anilist', 'kitsu'],
  local: { fields: { score: 87 }, at: '2026-11-01T09:00:00Z', origin: 'user' },
  sides: {
    kitsu: { fields: { score: 75 }, base: { score: 70 }, updated_at: '2026-11-01T08:00:00Z' },
    myanimelist: { fields: null, base: null, updated_at: null },
    anilist: { fields: { score: 70 }, base: { score: 70 }, updated_at: '2026-11-01T07:00:00Z' },
  },
  ...more,
})
const text = (shown: Shown, id: string) => shown.get(id).textContent?.replace(/\s+/g, ' ').trim() ?? ''
const title = (shown: Shown) => shown.get('question-decision').querySelector('h2')?.textContent
const answersGiven = (shown: Shown) => shown.api.calls.filter((call) => call.name === 'resolveConflict').map((call) => call.args)
const conflicts = (more = {}) => show(ReviewPage, { path: '/review/conflicts', ...more })
const removed = (more = {}) => show(ReviewPage, { path: '/review/removed', ...more })

describe('a question', () => {
  it('has the library first, then the services, each with the key that chooses it', () => {
    expect(sidesOf(question()).map((side) => [side.provider, side.key])).toEqual([[null, 1], ['anilist', 2], ['myanimelist', null], ['kitsu', 3]])
  })

  it('marks what has changed since both agreed, and not what stayed', () => {
    const [row] = rowsOf(question())
    expect(row?.base).toEqual([{ value: 70, at: ['anilist', 'kitsu'] }])
    expect(row?.cells.map((cell) => cell.changed)).toEqual([true, false, false, true])
  })

  it('says who agreed on what where that was not the same', () => {
    const sides = { ...question().sides, anilist: { fields: { score: 90 }, base: { score: 69 }, updated_at: null } }
    expect(rowsOf(question({ sides }))[0]?.base).toEqual([{ value: 69, at: ['anilist'] }, { value: 70, at: ['kitsu'] }])
  })

  it('is one of a kind with those about the same fields and the same service', () => {
    const all = [question(), question({ id: 'q2' }), question({ id: 'q3', group: 'notes' })]
    expect(kindsOf(all, kindOf).map((kind) => [kind.key, kind.count])).toEqual([['fields:score', 2], ['fields:notes', 1]])
    expect(shownQuestions(all, 'fields:notes', ' fox', kindOf).map((each) => each.id)).toEqual(['q3'])
  })
})

describe('the questions store', () => {
  it('keeps conflicts and removals apart and counts them together', async () => {
    const { store } = storeOver(useQuestionsStore)
    await store.load()
    expect([store.conflicts.length, store.removals.length, store.open.length]).toEqual([9, 5, 14])
  })

  it('reads the list anew after an answer for all alike only', async () => {
    const { store, api } = storeOver(useQuestionsStore)
    await store.load()
    await store.answer(store.conflicts[0]!, 'local', false)
    expect(api.calls.filter((call) => call.name === 'conflicts')).toHaveLength(1)
    await store.answer(store.conflicts[1]!, 'local', true)
    expect(api.calls.filter((call) => call.name === 'conflicts')).toHaveLength(2)
    expect(store.answered?.count).toBe(3)
  })

  it('turns page after page of a long list and has each question once, in order', async () => {
    const { store, api } = storeOver(useQuestionsStore, 'thousands')
    await store.load()
    const pages = api.calls.filter((call) => call.name === 'conflicts').map((call) => call.args)
    const ids = api.world.questions.map((each) => each.id)
    expect(pages.slice(0, 3)).toEqual([[PAGE, null], [PAGE, ids[PAGE - 1]], [PAGE, ids[2 * PAGE - 1]]])
    expect(store.open.map((each) => each.id)).toEqual(ids)
  })

  it('passes none over when one before it goes, and another comes, while it turns the pages', async () => {
    const { store, api } = storeOver(useQuestionsStore, 'thousands')
    const [turn, all] = [api.conflicts, api.world.questions]
    const late = question({ id: 'ffffffff-0000-7000-8000-000000000000' })
    api.conflicts = async (limit, after) => {
      if (after === all[2 * PAGE - 1]?.id) api.world.questions = [...all.slice(1), late]
      return turn(limit, after)
    }
    await store.load()
    expect(store.open.slice(1).map((each) => each.id)).toEqual(api.world.questions.map((each) => each.id))
  })

  it('loses a question that was answered elsewhere meanwhile, and says why it was not answered here', async () => {
    const { store, api } = storeOver(useQuestionsStore)
    await store.load()
    const [first] = store.conflicts
    api.world.questions = api.world.questions.slice(1)
    expect(await store.answer(first!, 'local', false)).toBe(false)
    expect([store.error?.code, store.open.length]).toEqual(['refused', 13])
  })
})

describe('the conflicts', () => {
  it('stand side by side, with time and origin of each value', async () => {
    const shown = await conflicts()
    expect(text(shown, 'side-local')).toMatch(/^1 ?Library ?you, 1 hour ago$/)
    expect(text(shown, 'side-anilist')).toMatch(/^2 ?A ?AniList ?2 hours ago$/)
    expect(text(shown, 'sides-status')).toMatch(/^Status ?Reading ?Reading ?changed since ?Completed$/)
  })

  it('are decided by a key, and the next one follows', async () => {
    const shown = await conflicts()
    const first = title(shown)
    await press('2')
    expect(answersGiven(shown)).toEqual([[expect.any(String), 'anilist', false]])
    expect(title(shown)).not.toBe(first)
    expect(text(shown, 'answered')).toContain('AniList. The next sync carries it out:')
    expect(text(shown, 'question-wait')).toContain('8 titles')
  })

  it('are walked with the arrow keys, and hear no key that chooses nothing', async () => {
    const shown = await conflicts()
    const first = title(shown)
    await press('ArrowDown', shown.get('question-list'))
    expect(title(shown)).not.toBe(first)
    await press('Home', shown.get('question-list'))
    await press('4')
    expect(answersGiven(shown)).toEqual([])
  })

  it('are decided alike for all of a kind with A and a key', async () => {
    const shown = await conflicts()
    await press('a')
    expect(shown.get('alike').getAttribute('aria-checked')).toBe('true')
    await press('1')
    expect(answersGiven(shown)).toEqual([[expect.any(String), 'local', true]])
    expect(text(shown, 'answered')).toMatch(/^4 titles: Your library/)
    expect(shown.get('alike').getAttribute('aria-checked')).toBe('false')
  })

  it('are open again with U, with the one that was decided last chosen', async () => {
    const shown = await conflicts()
    const first = title(shown)
    await press('u')
    expect(shown.api.calls.some((call) => call.name === 'reopenConflict')).toBe(false)
    await press('1')
    expect(text(shown, 'take-back')).toBe('Take backU')
    await press('u')
    expect(shown.api.calls.filter((call) => call.name === 'reopenConflict')).toHaveLength(1)
    expect([title(shown), text(shown, 'question-wait')]).toEqual([first, expect.stringContaining('9 titles')])
    expect(text(shown, 'answered')).toContain('It is open again, as it was before:')
    await press('u')
    expect(shown.api.calls.filter((call) => call.name === 'reopenConflict')).toHaveLength(1)
  })

  it('that were decided alike are all open again with U', async () => {
    const shown = await conflicts()
    await press('a')
    await press('1')
    await press('u')
    expect(text(shown, 'answered')).toContain('4 titles are open again')
    expect(text(shown, 'question-wait')).toContain('9 titles')
  })

  it('that were carried out already are taken back as any change is, after a question', async () => {
    const shown = await conflicts()
    const [first] = shown.api.world.questions
    await press('1')
    shown.api.world.failures.reopenConflict = { code: 'carried_out', message: 'It was carried out.', hint: null }
    await press('u')
    await vi.dynamicImportSettled()
    await flushPromises()
    expect(document.body.textContent).toContain('This was carried out already. Take it back?')
    expect(useUndoStore().target).toMatchObject({ kind: 'answer', id: first!.id, manga: new Set([first!.manga_id]) })
    expect(shown.find('error-state')).toBeNull()
    await useUndoStore().go()
    expect(shown.api.calls.find((call) => call.name === 'undo')?.args).toEqual([first!.id, false])
  })

  it('say that an accepted difference is not asked again', async () => {
    const shown = await conflicts()
    expect(text(shown, 'question-decision')).toContain('is accepted: it is not asked again and not rewritten')
  })

  it('stay where they are when an answer could not be kept', async () => {
    const shown = await conflicts({ world: 'stubborn' })
    const first = title(shown)
    await press('1')
    expect(text(shown, 'error-state')).toContain('locked by another program')
    expect(title(shown)).toBe(first)
  })

  it('draw only what is in sight of ten thousand', async () => {
    const shown = await conflicts({ world: 'thousands' })
    expect(text(shown, 'question-wait')).toContain('10,000 titles')
    await press('End', shown.get('question-list'))
    expect(shown.get('question-list').querySelectorAll('[role=option]').length).toBeLessThan(60)
  })

  it('that two titles are one are decided where the titles are', async () => {
    const link = question({ kind: 'link', group: null, answers: [], provider: 'kitsu' })
    const shown = await conflicts({ change: (world: { questions: ConflictView[] }) => (world.questions = [link]) })
    expect(shown.get('question-open').getAttribute('href')).toContain('/library?entry=m1')
  })

  it('that are none are said to be none', async () => {
    const shown = await conflicts({ world: 'empty' })
    expect(text(shown, 'empty-state')).toContain('No conflict is open')
  })

  it('that cannot be read are said to be so, and read again', async () => {
    const shown = await conflicts({ world: 'broken' })
    shown.api.world.failures = {}
    await shown.click('error-retry')
    expect(text(shown, 'question-wait')).toContain('9 titles')
  })

  it('speak Japanese', async () => {
    const shown = await conflicts({ language: 'ja' })
    expect(text(shown, 'question-wait')).toContain('9 件の作品が二か所で変更されました')
  })
})

describe('a title that is gone', () => {
  it('is kept everywhere else with one key', async () => {
    const shown = await removed()
    expect(text(shown, 'answer-keep')).toContain('It stays in your library and MyAnimeList and away from AniList.')
    await press('1')
    expect(answersGiven(shown)).toEqual([[expect.any(String), 'keep', false]])
  })

  it('is removed only after it was asked again, and Esc takes the question back', async () => {
    const shown = await removed()
    await press('2')
    expect(text(shown, 'question-ask')).toContain('Really remove this title?')
    await press('Escape')
    expect(shown.find('question-ask')).toBeNull()
    await press('2')
    await press('1')
    expect(answersGiven(shown)).toEqual([])
    await press('2')
    expect(answersGiven(shown)).toEqual([[expect.any(String), 'remove', false]])
  })

  it('says how many go when all alike are removed', async () => {
    const shown = await removed()
    await press('a')
    await press('2')
    expect(text(shown, 'question-ask')).toContain('Really remove these 2 titles?')
  })

  it('that was removed here offers the same the other way round', async () => {
    const shown = await removed()
    await shown.click('question-2')
    expect(text(shown, 'answer-restore')).toContain('Add it back to your library')
    expect(text(shown, 'side-local')).toContain('removed; it was so')
  })

  it('that is none is said to be none', async () => {
    const shown = await removed({ world: 'empty' })
    expect(text(shown, 'empty-state')).toContain('No removal waits')
  })
})

describe('invented questions', () => {
  it('are asked about different titles', () => {
    const all = inventQuestions(inventEntries(30), 20, 10)
    expect(new Set(all.map((each) => each.manga_id)).size).toBe(30)
    expect(worldOf('stubborn').failures.resolveConflict).toEqual(BROKEN)
  })
})
