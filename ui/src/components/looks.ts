// The colour of each status, as its badge has it.
import type { Status } from '@/contract'

export const STATUS_COLOURS: Record<Status, string> = {
  reading: 'text-sky-700 dark:text-sky-400',
  completed: 'text-emerald-700 dark:text-emerald-400',
  on_hold: 'text-amber-700 dark:text-amber-400',
  dropped: 'text-zinc-600 dark:text-zinc-400',
  plan_to_read: 'text-violet-700 dark:text-violet-400',
  rereading: 'text-teal-700 dark:text-teal-400',
}
