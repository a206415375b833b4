// What went wrong is said in the window's language, wherever it is shown.
import { describe, expect, it } from 'vitest'
import ErrorState from '@/components/ErrorState.vue'
import type { AppError } from '@/contract'
import { show } from './world'

const unreachable: AppError = { code: 'unreachable', message: "Kitsu can't be reached.", hint: 'Check the network and try again.', provider: 'kitsu' }

async function said(error: AppError, language: 'en' | 'ja'): Promise<string> {
  const { get } = await show(ErrorState, { props: { error }, language })
  return get('error-state').textContent ?? ''
}

describe('an error', () => {
  it('is said in English as the application says it', async () => {
    const text = await said(unreachable, 'en')
    expect(text).toContain("Kitsu can't be reached.")
    expect(text).toContain('Check the network and try again.')
  })

  it('is said in Japanese with the service that it is about', async () => {
    const text = await said(unreachable, 'ja')
    expect(text).toContain('Kitsu につながりません。')
    expect(text).not.toContain('network')
  })

  it('that only the application has words for is said in its words', async () => {
    expect(await said({ code: 'made_up', message: 'As it was said.', hint: null }, 'ja')).toContain('As it was said.')
  })
})
