// Titles that may be the same at two services, as the engine would ask about them. No title here is a real work's.
import type { Against, DecidedView, EntryView, MatchView, Provider, Said, Shown, Sign } from '../contract'
import { minutesFromNow } from './entries'

interface Guess { title: string; confidence: number; signs: Sign[]; against?: Against[]; more?: Partial<Shown> }

const AUTHORS = ['Mori Aoi', 'Tanabe Shun']
const SURE: Sign[] = [{ sign: 'shown_is_other' }, { sign: 'same_native' }, { sign: 'same_author' }, { sign: 'same_form' }]

/** What each title in turn may be. */
const GUESSES: Guess[][] = [
  [
    { title: 'The Bookbinder of the Far Provinces', confidence: 87, signs: [...SURE, { sign: 'years_apart', value: 2 }], more: { titles: ['僻遠の地の製本師と、雪がふたたび降りはじめるまでに彼女が縫い合わせたすべてのものについての長い記録', 'Hekien no Chi no Seihonshi'] } },
    { title: 'The Bookbinder of the Far Provinces: Before the Snow', confidence: 9, signs: [{ sign: 'same_part' }, { sign: 'same_author' }, { sign: 'other_part' }, { sign: 'years_apart', value: 6 }], more: { chapters: 12 } },
    { title: 'Provinces', confidence: 2, signs: [{ sign: 'alike', value: 61 }, { sign: 'other_author' }, { sign: 'short' }], more: { authors: ['Kuse Rin'] } },
  ],
  [
    { title: '静かな港町で古い灯台を守り続ける三姉妹の長い冬の物語（新装版）', confidence: 78, signs: [{ sign: 'same_native' }, { sign: 'names', value: 2 }, { sign: 'same_author' }, { sign: 'other_edition' }, { sign: 'other_volumes' }] },
    { title: '静かな港町', confidence: 41, signs: [{ sign: 'same_other' }, { sign: 'same_author' }, { sign: 'same_form' }], against: ['taken'], more: { chapters: 1 } },
  ],
  [{ title: 'The Garden of the Long Night', confidence: 64, signs: [{ sign: 'same_other' }, { sign: 'no_author' }, { sign: 'same_year' }], more: { authors: [], chapters: null } }],
  [{ title: 'Garden of Black Roses', confidence: 93, signs: [{ sign: 'same_other' }, { sign: 'same_typed' }, { sign: 'same_author' }, { sign: 'same_year' }, { sign: 'other_form' }], against: ['novel_and_comic'], more: { format: 'novel' } }],
  [{ title: 'Rose and Thorn', confidence: 71, signs: [{ sign: 'alike', value: 88 }, { sign: 'like_author' }, { sign: 'other_chapters' }], against: ['one_shot_and_series', 'contradictory'], more: { format: 'one_shot', chapters: 1 } }],
  [{ title: 'A', confidence: 55, signs: [{ sign: 'same_shown' }, { sign: 'shared', value: 14 }, { sign: 'short' }, { sign: 'other_native', value: 22 }] }],
]

/** `count` titles, of the first entries, with everything that each may be. */
export function inventMatches(entries: readonly EntryView[], count: number): MatchView[] {
  return entries.slice(0, count).flatMap((entry, at) => {
    const provider: Provider = at % 3 === 2 ? 'kitsu' : 'myanimelist'
    return (GUESSES[at % GUESSES.length] ?? []).map((guess, place) => ({
      id: `0192e000-0000-7000-8000-${(at * 8 + place).toString(16).padStart(12, '0')}`,
      manga_id: entry.manga_id, manga: shown(entry), provider, external_id: String(8_000_000 + at * 8 + place),
      other_id: `0192e500-0000-7000-8000-${(at * 8 + place).toString(16).padStart(12, '0')}`,
      other: { ...shown(entry), titles: [], cover: place ? null : entry.cover, title: guess.title, year: 2017 + place * 4, ...guess.more },
      confidence: guess.confidence, evidence: { signs: guess.signs, against: guess.against ?? [] }, opened_at: minutesFromNow(-60 * at - 20),
    }))
  })
}

const SAID: Said[] = [
  { how: 'rejected', external_id: '8100001', title: 'Black Roses at Noon' },
  { how: 'ignored', reason: 'A fan comic that only one service lists' },
  { how: 'linked', external_id: '8100003', title: '静かな港町で古い灯台を守り続ける三姉妹の長い冬の物語' },
  { how: 'ignored', reason: '' },
  { how: 'rejected', external_id: '8100005', title: null },
  { how: 'linked', external_id: '8100006', title: 'The Extraordinarily Long Account of a Bookbinder Who Walked to the Far Provinces' },
]

/** What was said of `count` titles, the newest first. */
export function inventDecided(entries: readonly EntryView[], count: number): DecidedView[] {
  return entries.slice(0, count).map((entry, at) => ({
    manga_id: entry.manga_id, manga: shown(entry), provider: at % 3 === 1 ? 'kitsu' : 'myanimelist',
    said: SAID[at % SAID.length] as Said, at: minutesFromNow(-at * at * 700 - 12),
  }))
}

/** The same of what is said now. */
export function saidOf({ manga_id, manga, provider }: Pick<MatchView, 'manga_id' | 'manga' | 'provider'>, said: Said): DecidedView {
  return { manga_id, manga, provider, said, at: minutesFromNow(0) }
}

export function shown(entry: EntryView): Shown {
  return {
    title: entry.title, titles: entry.titles.map(({ text }) => text), authors: AUTHORS, format: entry.format, year: 2019,
    chapters: entry.total_chapters, volumes: entry.total_volumes, cover: entry.cover,
  }
}
