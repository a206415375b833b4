// Doing something that may fail, the same way in every store: what went wrong is kept in words until the next try.
import { ref, type Ref } from 'vue'
import { asAppError } from '@/api'
import type { AppError } from '@/contract'

export interface Attempts {
  loading: Ref<boolean>
  error: Ref<AppError | null>
  /** Whether it went well; if not, `error` says why. */
  attempt: (work: () => Promise<unknown>) => Promise<boolean>
}

export function useAttempts(): Attempts {
  const loading = ref(false)
  const error = ref<AppError | null>(null)

  async function attempt(work: () => Promise<unknown>): Promise<boolean> {
    loading.value = true
    error.value = null
    try {
      await work()
      return true
    } catch (failure) {
      error.value = asAppError(failure)
      return false
    } finally {
      loading.value = false
    }
  }

  return { loading, error, attempt }
}
