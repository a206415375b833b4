// What is never synced because the person said so, and taking that back.
import { defineStore } from 'pinia'
import { shallowRef } from 'vue'
import { useApi } from '@/api'
import type { NeverView } from '@/contract'
import { useAttempts } from './attempt'

export const useNeversStore = defineStore('nevers', () => {
  const api = useApi()
  const { loading, error, attempt } = useAttempts()
  const all = shallowRef<NeverView[] | null>(null)

  const load = (): Promise<boolean> => attempt(async () => void (all.value = await api.nevers()))
  const allow = ({ provider, external_id: id, field }: NeverView): Promise<boolean> =>
    attempt(async () => void (all.value = await api.allow(provider, id, field)))

  return { all, loading, error, load, allow }
})
