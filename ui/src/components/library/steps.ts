// One chapter more or less. A count neither falls below nothing nor, by steps, grows above the known end.
import type { EntryChange, EntryView } from '@/contract'

export function stepped({ chapters_read: read, total_chapters: total }: EntryView, by: number): EntryChange | null {
  const most = total === null ? Infinity : Math.max(total, read)
  const chapters = Math.max(0, Math.min(most, read + by))
  return chapters === read ? null : { chapters_read: chapters }
}
