// The first letter of a title as a reader sees it, be it an emoji of several signs.
const letters = new Intl.Segmenter()
/** No letter is longer than this many signs. */
const LONGEST = 32

export function firstLetter(title: string): string {
  return [...letters.segment(title.trim().slice(0, LONGEST))][0]?.segment ?? ''
}
