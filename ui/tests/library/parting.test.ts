// What becomes of a title at the services once it leaves the library is said before it does.
import { defineComponent, h } from 'vue'
import { describe, expect, it } from 'vitest'
import { useParting } from '@/components/library/parting'
import { PROVIDERS, type IntegrationView, type Provider } from '@/contract'
import { useIntegrationsStore } from '@/stores/integrations'
import { show } from '../world'

async function said(at: Partial<Record<Provider, Pick<IntegrationView, 'on_removal'> & Partial<IntegrationView>>>): Promise<string> {
  const parting = defineComponent(() => {
    const say = useParting()
    void useIntegrationsStore().fetchIntegrationSettings()
    return () => h('p', { 'data-testid': 'parting' }, say(PROVIDERS))
  })
  const { get } = await show(parting, {
    change: (world) => {
      for (const provider of PROVIDERS) Object.assign(world.settings[provider], { is_connected: provider in at, state: 'connected', on_removal: null }, at[provider])
    },
  })
  return get('parting').textContent ?? ''
}

describe('a removal from the library', () => {
  it('is asked about at each service that does not follow by itself', async () => {
    expect(await said({ anilist: { on_removal: 'ask' }, kitsu: { on_removal: 'ask' } })).toBe('What stands at AniList and Kitsu stays until you decide in Review.')
  })

  it('says where it is removed too and where it stays, and nothing of who is not connected', async () => {
    expect(await said({ anilist: { on_removal: 'follow' }, myanimelist: { on_removal: 'keep' } })).toBe('It is removed at AniList too. What stands at MyAnimeList stays.')
    expect(await said({})).toBe('')
  })

  it('changes nothing where nothing is sent, whatever was chosen for it', async () => {
    expect(await said({ anilist: { on_removal: null, removal: 'follow' }, kitsu: { on_removal: null } })).toBe('Nothing changes at AniList and Kitsu as long as no changes are sent there.')
  })

  it('follows after the next sign-in where that is missing', async () => {
    expect(await said({ anilist: { on_removal: 'follow' }, kitsu: { on_removal: 'follow', state: 'sign_in_again' } }))
      .toBe('It is removed at AniList too. It is removed at Kitsu too, once you have signed in there again.')
  })
})
