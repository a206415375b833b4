// What becomes of a title at the services once it leaves the library is said before it does.
import { defineComponent, h } from 'vue'
import { describe, expect, it } from 'vitest'
import { useParting } from '@/components/library/parting'
import { PROVIDERS, type IntegrationView } from '@/contract'
import { useIntegrationsStore } from '@/stores/integrations'
import { show } from '../world'

async function said(policies: Partial<Record<'anilist' | 'myanimelist' | 'kitsu', IntegrationView['removal']>>): Promise<string> {
  const parting = defineComponent(() => {
    const say = useParting()
    void useIntegrationsStore().fetchIntegrationSettings()
    return () => h('p', { 'data-testid': 'parting' }, say(PROVIDERS))
  })
  const { get } = await show(parting, {
    change: (world) => {
      for (const provider of PROVIDERS) Object.assign(world.settings[provider], { is_connected: provider in policies, removal: policies[provider] ?? 'ask' })
    },
  })
  return get('parting').textContent ?? ''
}

describe('a removal from the library', () => {
  it('is asked about at each service that does not follow by itself', async () => {
    expect(await said({ anilist: 'ask', kitsu: 'ask' })).toBe('What stands at AniList and Kitsu stays until you decide in Review.')
  })

  it('says where it is removed too and where it stays, and nothing of who is not connected', async () => {
    expect(await said({ anilist: 'follow', myanimelist: 'keep' })).toBe('It is removed at AniList too. What stands at MyAnimeList stays.')
    expect(await said({})).toBe('')
  })
})
