import { flushPromises } from '@vue/test-utils'
import { describe, expect, it } from 'vitest'
import WelcomePage from '@/pages/WelcomePage.vue'
import { useSettingsStore } from '@/stores/settings'
import { show } from './world'

describe('the welcome', () => {
  it('goes on only once an account is connected', async () => {
    const { get } = await show(WelcomePage, { world: 'first' })
    expect((get('welcome-next') as HTMLButtonElement).disabled).toBe(true)
  })

  it('writes nothing before the plan is applied', async () => {
    const { click, get, api } = await show(WelcomePage)
    const changes = api.world.plan?.rows.length
    await click('welcome-next')
    expect(get('plan-rows').children).toHaveLength(changes ?? 0)
    expect(api.calls.map((call) => call.name)).not.toContain('planApply')
    await click('plan-apply')
    expect(get('welcome-done').textContent).toContain('Your lists are in step')
  })

  it('does not come back once it was left', async () => {
    const { click, api } = await show(WelcomePage, { world: 'first' })
    await click('welcome-skip')
    await flushPromises()
    expect(api.world.app.welcome_done).toBe(true)
    expect(useSettingsStore().app?.welcome_done).toBe(true)
  })

  it('asks for a passphrase first where there is no keyring, and says what it means', async () => {
    const { get, type, find } = await show(WelcomePage, { world: 'locked' })
    expect(get('passphrase-form').textContent).toContain('Nobody can recover it')
    expect(find('connect-anilist')).toBeNull()
    await type('passphrase', 'eight or more')
    await type('passphrase-repeat', 'eight or more')
    get('passphrase-form').dispatchEvent(new Event('submit'))
    await flushPromises()
    expect(find('passphrase-form')).toBeNull()
    expect(find('connect-anilist')).toBeTruthy()
  })

  it('starts the sample accounts and takes them away again', async () => {
    const { click, find } = await show(WelcomePage, { world: 'first' })
    await click('samples-start')
    expect(find('samples-remove')).toBeTruthy()
    await click('samples-remove')
    expect(find('samples-start')).toBeTruthy()
  })
})
