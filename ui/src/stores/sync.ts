// What is going on: a run and how far it got, a pause, being offline, and how the last run ended. The status line, the
// cards and the button in the header all read it here.
import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import { asAppError, useApi } from '@/api'
import type { AppError, EngineEvent, Phase, Provider, Report, RunView, SyncState } from '@/contract'

export interface Progress { phase: Phase; done: number; total: number | null; secondsLeft: number | null }

export const useSyncStore = defineStore('sync', () => {
  const api = useApi()
  const running = ref(false)
  /** Whether a run waits for another one of this library to end. */
  const held = ref(false)
  const offline = ref(false)
  const pausedUntil = ref<string | null>(null)
  const last = ref<RunView | null>(null)
  const progress = ref<Partial<Record<Provider, Progress>>>({})
  const error = ref<AppError | null>(null)

  /** The provider that has most left to do: the one whose progress stands for the whole run. */
  const leading = computed(() => {
    const left = (progress: Progress) => progress.secondsLeft ?? 0
    const all = Object.entries(progress.value) as [Provider, Progress][]
    const [first] = all.sort(([, a], [, b]) => left(b) - left(a))
    return first ? { provider: first[0], ...first[1] } : null
  })

  async function load(): Promise<void> {
    try {
      take(await api.syncState())
    } catch (failure) {
      error.value = asAppError(failure)
    }
  }

  /** Starts a run and gives its report, or nothing with `error` set. */
  async function start(provider: Provider | null = null, full = false): Promise<Report | null> {
    if (running.value) return null
    running.value = true
    error.value = null
    try {
      return await api.triggerSync(provider, full)
    } catch (failure) {
      error.value = asAppError(failure)
      return null
    } finally {
      running.value = false
      progress.value = {}
      await load()
    }
  }

  async function pause(until: 'hour' | 'tomorrow'): Promise<void> {
    await attempt(() => api.pause(until))
  }

  async function resume(): Promise<void> {
    await attempt(() => api.resume())
  }

  async function attempt(work: () => Promise<SyncState>): Promise<void> {
    try {
      take(await work())
    } catch (failure) {
      error.value = asAppError(failure)
    }
  }

  function take(state: SyncState): void {
    running.value = state.running
    offline.value = state.offline
    pausedUntil.value = state.paused_until
    last.value = state.last
  }

  function hear(event: EngineEvent): void {
    switch (event.event) {
      case 'waiting':
        held.value = true
        break
      case 'given_up':
        held.value = false
        break
      case 'started':
        held.value = false
        running.value = true
        progress.value = {}
        break
      case 'progress': {
        const { phase, done, total, seconds_left: secondsLeft } = event
        progress.value = { ...progress.value, [event.provider]: { phase, done, total, secondsLeft } }
        break
      }
      case 'provider_done': {
        const { [event.provider]: _, ...rest } = progress.value
        progress.value = rest
        break
      }
      case 'finished':
        running.value = false
        progress.value = {}
        break
      case 'library_changed':
        break
    }
  }

  api.on('engine_event', hear)
  api.on('sync_state_changed', () => void load())

  return { running, held, offline, pausedUntil, last, progress, leading, error, load, start, pause, resume }
})
