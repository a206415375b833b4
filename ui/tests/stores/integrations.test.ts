import { flushPromises } from '@vue/test-utils'
import { describe, expect, it } from 'vitest'
import { useIntegrationsStore } from '@/stores/integrations'
import { storeOver } from '../world'

describe('the integrations store', () => {
  it('caches how each account stands', async () => {
    const { store } = storeOver(useIntegrationsStore)
    await store.fetchIntegrationSettings()
    expect(store.anilistStatus?.external_username).toBe('rosereader')
    expect([store.isAnilistConnected, store.isMALConnected, store.isKitsuConnected]).toEqual([true, true, false])
    expect(store.hasAnyConnection).toBe(true)
  })

  it('says what went wrong when the settings cannot be read', async () => {
    const { store } = storeOver(useIntegrationsStore, 'broken')
    await store.fetchIntegrationSettings()
    expect(store.error?.hint).toContain('Close the other program')
    expect(store.loading).toBe(false)
  })

  it('keeps the sign-in waiting until the browser comes back', async () => {
    const { store, api } = storeOver(useIntegrationsStore, 'empty')
    await store.connectAnilist()
    expect(store.pending.anilist?.expires_at).toBeTruthy()
    api.emit('sign_in_ended', { provider: 'anilist', error: null })
    await flushPromises()
    expect(store.pending.anilist).toBeUndefined()
  })

  it('refuses pasted rubbish in the card and stays waiting', async () => {
    const { store } = storeOver(useIntegrationsStore, 'empty')
    await store.connectMAL()
    expect(await store.connectMAL('hello')).toBe(false)
    expect(store.troubles.myanimelist?.code).toBe('bad_return')
    expect(store.pending.myanimelist).toBeDefined()
  })

  it('tells a wrong Kitsu password from a name that is no e-mail address', async () => {
    const { store } = storeOver(useIntegrationsStore, 'empty')
    expect(await store.connectKitsu({ username: 'Rose', password: 'wrong' })).toBe(false)
    expect(store.troubles.kitsu?.hint).toContain('e-mail')
    expect(await store.connectKitsu({ username: 'rose@example.org', password: 'correct horse' })).toBe(true)
    expect(store.troubles.kitsu).toBeUndefined()
    expect(store.isKitsuConnected).toBe(true)
  })

  it('takes a switch back when it could not be kept', async () => {
    const { store, api } = storeOver(useIntegrationsStore)
    await store.fetchIntegrationSettings()
    api.world.failures.updateIntegration = { code: 'database', message: 'not kept', hint: null }
    expect(await store.update('anilist', { sync_ratings: false })).toBe(false)
    expect(store.anilistStatus?.sync_ratings).toBe(true)
    expect(store.troubles.anilist?.message).toBe('not kept')
  })

  it('disconnects one account and leaves the others', async () => {
    const { store } = storeOver(useIntegrationsStore)
    await store.fetchIntegrationSettings()
    await store.disconnectIntegration('anilist')
    expect([store.isAnilistConnected, store.isMALConnected]).toEqual([false, true])
  })

  it('starts no second sync while one runs', async () => {
    const { store, api } = storeOver(useIntegrationsStore)
    await Promise.all([store.triggerSync(), store.triggerSync('anilist')])
    expect(api.calls.filter((call) => call.name === 'triggerSync')).toHaveLength(1)
    expect(store.syncInProgress).toBe(false)
  })
})
