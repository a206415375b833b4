import { describe, expect, it, vi } from 'vitest'
import { averageOf, percentOf } from '@/components/statistics/figures'
import StatisticsPage from '@/pages/StatisticsPage.vue'
import { show } from '../world'

// Nothing is laid out here, so the drawing itself is left out; what a chart says in words and in its table is not.
vi.mock('@unovis/ts', () => ({ GroupedBar: { selectors: { bar: 'bar' } } }))
vi.mock('@unovis/vue', () => Object.fromEntries(['VisAxis', 'VisGroupedBar', 'VisTooltip', 'VisXYContainer'].map((name) => [name, { name, render: () => null }])))

describe('the figures', () => {
  it('know no average where nothing is rated', () => {
    expect(averageOf([0, 0, 0])).toBeNull()
    expect(averageOf([0, 0, 0, 0, 0, 0, 0, 2, 0, 0])).toBe(76)
  })

  it('call nothing complete that is not, and nothing absent that is there', () => {
    expect([percentOf(9_999, 10_000), percentOf(1, 10_000), percentOf(0, 10), percentOf(10, 10), percentOf(0, 0)]).toEqual([99, 1, 0, 100, 0])
  })
})

describe('the statistics page', () => {
  it('names each chart in a sentence and gives its figures as a table', async () => {
    const { get } = await show(StatisticsPage, { world: 'trouble' })
    expect(get('chart-read').querySelector('[role=img]')?.getAttribute('aria-label')).toMatch(/^Chapters per week\. [\d,]+ chapters in the last 52 weeks/)
    expect(get('chart-read').querySelectorAll('tbody tr')).toHaveLength(52)
    expect(get('chart-score').querySelectorAll('tbody tr')).toHaveLength(11)
    expect(get('share-reading').textContent).toContain('Reading')
  })

  it('says how each connected service agrees with the library', async () => {
    const { get, find } = await show(StatisticsPage)
    expect(get('step-anilist').textContent).toMatch(/of [\d,]+.*97 %.*differ, 4 wait to be sent/)
    expect(find('step-kitsu')).toBeNull()
  })

  it('has nothing to count in an empty library', async () => {
    const { get } = await show(StatisticsPage, { world: 'empty' })
    expect(get('empty-state').textContent).toContain('Nothing to count yet')
  })

  it('says so when the figures cannot be read, and tries again', async () => {
    const { get, api, click } = await show(StatisticsPage, { world: 'broken' })
    expect(get('error-state').textContent).toContain('locked by another program')
    api.world.failures = {}
    await click('error-retry')
    expect(get('totals').textContent).toContain('titles')
  })

  it('speaks Japanese', async () => {
    const { get } = await show(StatisticsPage, { language: 'ja', world: 'one' })
    expect(get('chart-status').textContent).toContain('状態別')
  })
})
