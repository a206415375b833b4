import { flushPromises } from '@vue/test-utils'
import { describe, expect, it, vi } from 'vitest'
import { existsSync } from 'node:fs'
import { GUIDE, guidePage, type GuidePage } from '@/components/help/guide'
import MarkdownText, { sectionOf } from '@/components/help/MarkdownText'
import HelpPage from '@/pages/HelpPage.vue'
import { show } from './world'
import { mount } from '@vue/test-utils'

describe('the guide', () => {
  it('has every page in both languages', async () => {
    for (const page of GUIDE) {
      for (const language of ['en', 'ja'] as const) expect(await guidePage(page, language), `${language}/${page}`).toMatch(/^# /)
    }
  })

  it('links only to pages that there are', async () => {
    for (const page of GUIDE) {
      const links = [...(await guidePage(page, 'en')).matchAll(/\]\(([^)]+)\)/g)].map((link) => link[1] ?? '')
      for (const link of links) expect(existsSync(`../docs/guide/${link.split('#')[0]}`), link).toBe(true)
    }
  })

  it('links only to sections that there are', async () => {
    for (const language of ['en', 'ja'] as const) {
      for (const page of GUIDE) {
        for (const [, name, section] of (await guidePage(page, language)).matchAll(/\]\(([a-z]+)\.md#([^)]+)\)/g)) {
          const headings = [...(await guidePage(name as GuidePage, language)).matchAll(/^#+ (.+)$/gm)].map((line) => sectionOf(line[1] ?? ''))
          expect(headings, `${language}/${page}`).toContain(section)
        }
      }
    }
  })

  it('follows a link to the section that it names', async () => {
    const seen: string[] = []
    const spy = vi.spyOn(Element.prototype, 'scrollIntoView').mockImplementation(function (this: Element) { seen.push(this.id) })
    const { page } = await show(HelpPage, { path: '/help/myanimelist' })
    await vi.waitFor(() => expect(page.text()).toContain('If MyAnimeList turns Kuroibara away'))
    const links = [...document.querySelectorAll<HTMLElement>('article a')]
    links.find((link) => link.textContent === 'When something does not work')?.click()
    await vi.waitFor(() => expect(seen).toEqual(['a-service-turns-kuroibara-away']))
    spy.mockRestore()
  })

  it('brings no elements of its own into the window', async () => {
    const page = mount(MarkdownText, { props: { text: 'Hello <img src=x onerror=alert(1)> **there**', follow: () => {} } })
    await flushPromises()
    expect(page.find('img').exists()).toBe(false)
    expect(page.text()).toContain('<img')
    expect(page.find('strong').text()).toBe('there')
  })

  it('shows its own pictures and tells others by their words', () => {
    const page = mount(MarkdownText, { props: { text: '![The plan](../pictures/review.png) ![Elsewhere](https://example.invalid/x.png)', follow: () => {} } })
    expect(page.findAll('img').map((each) => each.attributes('alt'))).toEqual(['The plan'])
    expect(page.text()).toContain('Elsewhere')
  })

  it('hands a link to whoever knows where it leads', async () => {
    const followed: string[] = []
    const page = mount(MarkdownText, { props: { text: 'See [there](syncing.md).', follow: (address: string) => followed.push(address) } })
    await page.find('a').trigger('click')
    expect(followed).toEqual(['syncing.md'])
  })
})
