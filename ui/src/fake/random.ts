// Chance that comes out the same each time, so that pictures and tests can be compared.

/** Numbers from 0 up to 1, the same ones for the same seed (mulberry32's recurrence). */
export function chance(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

/** One of these. */
export function pick<T>(of: readonly T[], random: () => number): T {
  const [first] = of
  if (first === undefined) throw new Error('nothing to pick from')
  return of[Math.floor(random() * of.length)] ?? first
}
