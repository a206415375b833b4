import { flushPromises } from '@vue/test-utils'
import { describe, expect, it, vi } from 'vitest'
import OwnRules from '@/components/integrations/OwnRules.vue'
import IntegrationsPage from '@/pages/IntegrationsPage.vue'
import { minutesFromNow } from '@/fake/entries'
import { show } from './world'

const MENU = ['Compare everything', 'Sign in anew', 'API client', 'Disconnect…']

describe('the page of the services', () => {
  it('says who is connected, until when, how it went and what may be asked', async () => {
    const { get } = await show(IntegrationsPage)
    expect(get('state-anilist').textContent).toContain('Connected')
    expect(get('state-anilist').textContent).toContain('rosereader')
    expect(get('expiry-anilist').textContent).toMatch(/Until .*, 210 days left/)
    expect(get('budget-anilist').textContent).toContain('27 of 30 left this minute')
    expect(get('state-kitsu').textContent).toContain('Not connected')
  })

  it('invites to sign in again where a sign-in ended, and keeps syncing switched off there', async () => {
    const { get } = await show(IntegrationsPage, { world: 'trouble' })
    expect(get('card-myanimelist').textContent).toContain('MyAnimeList has ended the sign-in')
    expect((get('sync-myanimelist') as HTMLButtonElement).disabled).toBe(true)
    expect(get('sign-in-again-myanimelist')).toBeTruthy()
  })

  it('gives a single field a rule of its own, and takes it away again', async () => {
    const shown = await show(IntegrationsPage)
    expect(shown.find('rule-score-anilist')).toBeNull()
    await shown.click('own-rules-anilist')
    expect(shown.get('rule-score-anilist').textContent).toContain('As above')
    const rules = shown.page.findComponent(OwnRules)
    rules.vm.$emit('change', { score: 'ask' })
    await flushPromises()
    expect(shown.get('rule-score-anilist').textContent).toContain('Ask me')
    expect(shown.api.world.settings.anilist).toMatchObject({ rule: 'newest', own_rules: { score: 'ask' } })
    rules.vm.$emit('change', { score: null })
    await flushPromises()
    expect(shown.api.world.settings.anilist.own_rules).toEqual({})
  })

  it('tells two weeks ahead that a sign-in ends which cannot renew itself', async () => {
    const { get } = await show(IntegrationsPage, { change: (world) => (world.settings.anilist.token_expires_at = minutesFromNow(60 * 24 * 9)) })
    expect(get('card-anilist').textContent).toContain('AniList cannot renew it by itself')
  })

  it('says how many titles wait for a sign-in, and how many a service refused', async () => {
    const { get } = await show(IntegrationsPage, { world: 'trouble' })
    expect(get('card-myanimelist').textContent).toContain('Changes wait here until you sign in again')
    expect(get('queue-anilist').textContent).toBe('1 title waits, 1 was refused')
  })

  it('says when a service that asked for a pause will be asked again', async () => {
    const { get } = await show(IntegrationsPage, { world: 'trouble' })
    expect(get('budget-anilist').textContent).toMatch(/AniList will be asked again at \d\d:\d\d/)
  })

  it('says in the card what hides a part of a list and who turns us away, with what can be done', async () => {
    const { get, click, api } = await show(IntegrationsPage, { world: 'turned_away' })
    expect(get('card-kitsu').textContent).toContain('Kitsu hides adult titles from you and from Kuroibara')
    expect(get('card-myanimelist').textContent).toContain('MyAnimeList turns Kuroibara away')
    expect(get('notice-shut_out').querySelector('a')?.getAttribute('href')).toContain('/help/trouble')
    const sync = vi.spyOn(api, 'triggerSync')
    await click('notice-full')
    expect(sync).toHaveBeenCalledWith('kitsu', true)
  })

  it('says no more that a service turns us away when its pause is over', async () => {
    const { find, get } = await show(IntegrationsPage, { world: 'turned_away', change: ({ budgets }) => (budgets.myanimelist.paused_until = minutesFromNow(-1)) })
    expect(find('notice-shut_out')).toBeNull()
    expect(get('card-kitsu').textContent).toContain('Kitsu hides adult titles')
  })

  it('shows the exact addresses to register before the first sign-in', async () => {
    const { click, get } = await show(IntegrationsPage, { world: 'empty' })
    await click('connect-myanimelist')
    expect(get('address-deep_link-myanimelist').textContent).toBe('kuroibara://oauth/myanimelist')
    expect(get('address-loopback-myanimelist').textContent).toContain('http://127.0.0.1:')
  })

  it('asks which address was registered, since the service compares them letter by letter', async () => {
    const { click, get, api } = await show(IntegrationsPage, { world: 'empty' })
    await click('connect-anilist')
    expect((get('way-deep_link-anilist') as HTMLInputElement).checked).toBe(true)
    get('way-pin-anilist').dispatchEvent(new Event('change', { bubbles: true }))
    await flushPromises()
    expect(api.world.app.anilist_way_back).toBe('pin')
    expect((get('way-pin-anilist') as HTMLInputElement).checked).toBe(true)
  })

  it('stores the client and goes on to the sign-in, and forgets the secret', async () => {
    const { click, type, get, api } = await show(IntegrationsPage, { world: 'empty' })
    await click('connect-anilist')
    await type('client-id-anilist', ' 12345 ')
    await type('client-secret-anilist', 'quiet')
    get('client-save-anilist').closest('[role=dialog]')?.querySelector('form')?.dispatchEvent(new Event('submit'))
    await flushPromises()
    expect(api.calls.find((call) => call.name === 'setUpClient')?.args).toEqual(['anilist', '12345', 'quiet'])
    expect(get('waiting-anilist').textContent).toContain('Waiting for you to approve at AniList')
    expect(document.body.innerHTML).not.toContain('quiet')
  })

  it('takes a pasted address when the browser did not come back', async () => {
    const { click, type, get, find } = await show(IntegrationsPage, { world: 'empty', change: (world) => (world.settings.anilist.client_id_set = true) })
    await click('connect-anilist')
    await type('paste-anilist', 'kuroibara://oauth/anilist?code=abc')
    get('paste-submit-anilist').closest('form')?.dispatchEvent(new Event('submit'))
    await flushPromises()
    expect(find('waiting-anilist')).toBeNull()
    expect(get('state-anilist').textContent).toContain('Connected')
  })

  it('goes on waiting when what was pasted is not what the page gives, and says so', async () => {
    const { api, click, get, find } = await show(IntegrationsPage, { world: 'empty', change: (world) => (world.settings.anilist.client_id_set = true) })
    await click('connect-anilist')
    api.emit('sign_in_ended', { provider: null, error: { code: 'not_a_return', message: 'This is not what the sign-in page gives.', hint: null } })
    await flushPromises()
    expect(get('card-anilist').querySelector('[data-testid=error-state]')).not.toBeNull()
    expect(find('paste-anilist')).not.toBeNull()
    api.emit('sign_in_ended', { provider: 'anilist', error: { code: 'sign_in_denied', message: 'You did not allow access at AniList.', hint: null } })
    await flushPromises()
    expect(find('paste-anilist')).toBeNull()
  })

  it('shows in the card of Kitsu why a password was refused, and keeps no password', async () => {
    const { click, type, get } = await show(IntegrationsPage)
    await click('connect-kitsu')
    await type('kitsu-username', 'Rose')
    await type('kitsu-password', 'wrong')
    get('kitsu-submit').closest('form')?.dispatchEvent(new Event('submit'))
    await flushPromises()
    expect(get('card-kitsu').textContent).toContain('not the profile name')
    expect(get('card-anilist').querySelector('[data-testid=error-state]')).toBeNull()
    expect(get('kitsu-password').querySelector('input')?.value ?? (get('kitsu-password') as HTMLInputElement).value).toBe('')
  })

  it('names what disconnecting keeps before it disconnects', async () => {
    const { get, click, api } = await show(IntegrationsPage)
    get('menu-anilist').dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true }))
    const items = await vi.waitFor(() => {
      const shown = [...document.querySelectorAll<HTMLElement>('[role=menuitem]')]
      expect(shown.map((item) => item.textContent?.trim())).toEqual(MENU)
      return shown
    })
    items.at(-1)?.click()
    await vi.waitFor(() => get('disconnect-confirm-anilist'))
    expect(document.body.textContent).toContain('Your library and its history stay.')
    await click('disconnect-confirm-anilist')
    expect(api.calls.some((call) => call.name === 'disconnect')).toBe(true)
    expect(get('state-anilist').textContent).toContain('Not connected')
  })

  it('says what happened and what to do when nothing can be read', async () => {
    const { get, click, api } = await show(IntegrationsPage, { world: 'broken' })
    expect(get('error-state').textContent).toContain('Close the other program')
    api.world.failures = {}
    await click('error-retry')
    expect(get('card-anilist')).toBeTruthy()
  })

  it('offers to keep services in step only once two are connected', async () => {
    const both = await show(IntegrationsPage)
    expect(both.find('keep-in-step')?.textContent).toContain('AniList or MyAnimeList')
    const none = await show(IntegrationsPage, { world: 'empty' })
    expect(none.find('keep-in-step')).toBeNull()
  })
})
