// Where a key leads in a list or a grid, whatever it lists: one answer for every page.

/** How far a key leads: down or up by a row, across within it, and by a screenful. */
export interface Paces { row: number; page: number; across?: number }

/** The place that a key leads to, or nothing for a key that does not move. Past an end one stays where one is. */
export function ledTo(key: string, at: number, count: number, { row, page, across }: Paces): number | null {
  const within = (to: number) => (to >= 0 && to < count ? to : at)
  switch (key) {
    case 'ArrowDown': return within(at + row)
    case 'ArrowUp': return within(at - row)
    case 'ArrowRight': return across === undefined ? null : within(at + across)
    case 'ArrowLeft': return across === undefined ? null : within(at - across)
    case 'PageDown': return Math.min(at + page, count - 1)
    case 'PageUp': return Math.max(at - page, 0)
    case 'Home': return 0
    case 'End': return count - 1
    default: return null
  }
}
