import { beforeEach, describe, expect, it, vi } from 'vitest'
import { asAppError, tauriApi } from '@/api'

const asked = vi.hoisted(() => [] as { command: string; args: unknown }[])
vi.mock('@tauri-apps/api/core', () => ({
  invoke: async (command: string, args: unknown) => void asked.push({ command, args }),
}))

describe('the way to the application', () => {
  beforeEach(() => void asked.splice(0))

  it('calls each command by its name, with its arguments by theirs', async () => {
    const api = tauriApi()
    await api.triggerSync('anilist', true)
    await api.pause('hour')
    await api.openLink('https://example.invalid/')
    expect(asked).toEqual([
      { command: 'trigger_sync', args: { provider: 'anilist', full: true } },
      { command: 'pause', args: { until: 'hour' } },
      { command: 'open_link', args: { url: 'https://example.invalid/' } },
    ])
  })

  it('hands an error of the application on as it is, and makes one of anything else', () => {
    const error = { code: 'busy', message: 'Another sync is running.', hint: null }
    expect(asAppError(error)).toEqual(error)
    expect(asAppError('boom')).toEqual({ code: 'unexpected', message: 'boom', hint: null })
  })
})
