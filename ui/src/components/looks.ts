// The picture and colour of each status, as its badge has them.
import type { Status } from '@/contract'

export const STATUS_LOOKS: Record<Status, { icon: string; colour: string }> = {
  reading: { icon: 'i-lucide-book-open', colour: 'text-sky-700 dark:text-sky-400' },
  completed: { icon: 'i-lucide-check', colour: 'text-emerald-700 dark:text-emerald-400' },
  on_hold: { icon: 'i-lucide-pause', colour: 'text-amber-700 dark:text-amber-400' },
  dropped: { icon: 'i-lucide-x', colour: 'text-zinc-600 dark:text-zinc-400' },
  plan_to_read: { icon: 'i-lucide-bookmark', colour: 'text-violet-700 dark:text-violet-400' },
  rereading: { icon: 'i-lucide-repeat', colour: 'text-teal-700 dark:text-teal-400' },
}
