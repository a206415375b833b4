// An invented library: no title here is a real work's. The first few are the awkward ones that a layout must survive.
import { PROVIDERS, STATUSES, type EntryView, type Provider, type TitleView } from '../contract'
import { chance, pick } from './random'

const FIRST = ['Black', 'Quiet', 'Paper', 'Winter', 'Glass', 'Seventh', 'Lantern', 'Rusted', 'Salt', 'Borrowed', 'Hollow', 'Amber']
const SECOND = ['Garden', 'Orchard', 'Station', 'Witch', 'Ferryman', 'Harbour', 'Atlas', 'Library', 'Sonata', 'Clockwork', 'Meridian', 'Fox']
const THIRD = ['of the North', 'at Dusk', 'Without End', 'for Two', 'and the Sea', 'in Exile', 'Diary', 'Chronicle', 'Season', 'Once More']
const NATIVE = ['黒い庭', '静かな駅', '紙の魔女', '冬の渡し守', '硝子の港', '七番目の図書館', '塩の時計', '借りた狐']
const ROMAJI = ['Kuroi Niwa', 'Shizuka na Eki', 'Kami no Majo', 'Fuyu no Watashimori', 'Garasu no Minato', 'Nanabanme no Toshokan']
const FORMATS = ['manga', 'manga', 'manga', 'novel', 'one_shot', 'manhwa', 'manhua'] as const

const AWKWARD: TitleView[][] = [
  [{ kind: 'english', text: `The Extraordinarily Long Account of a Bookbinder Who Was Sent to the Far Provinces With Nothing but Needle and Thread, and of Everything She Mended There Before the Snow Came Down Again on the Old ${'Road '.repeat(3)}` }],
  [{ kind: 'native', text: '静かな港町で古い灯台を守り続ける三姉妹の長い冬の物語' }, { kind: 'romaji', text: 'Shizuka na Minatomachi' }],
  [{ kind: 'romaji', text: 'حديقة الليل الطويل' }],
  [{ kind: 'romaji', text: 'גן הוורדים השחורים' }],
  [{ kind: 'english', text: '🌹 Rose & Thorn 🥀: 100% Bloom! 🎋' }],
  [{ kind: 'romaji', text: 'A' }],
  [{ kind: 'english', text: 'Donaudampfschifffahrtsgesellschaftskapitänswitwenrentenauszahlungsstelle' }],
]

/** An instant some minutes away from now, as the application writes it. */
export function minutesFromNow(minutes: number): string {
  return new Date(Date.now() + minutes * 60_000).toISOString()
}

/** `count` entries, the same ones each time. */
export function inventEntries(count: number): EntryView[] {
  const random = chance(7)
  return Array.from({ length: count }, (_, at) => invent(at, random))
}

function invent(at: number, random: () => number): EntryView {
  const titles = AWKWARD[at] ?? namesFor(at, random)
  const total = random() < 0.7 ? 5 + Math.floor(random() * 180) : null
  const status = pick(STATUSES, random)
  const read = status === 'plan_to_read' ? 0 : Math.floor(random() * (total ?? 90))
  return {
    manga_id: `0192a5c0-0000-7000-8000-${at.toString(16).padStart(12, '0')}`,
    title: titles[0]?.text ?? '',
    titles,
    cover: random() < 0.8 ? drawnCover(at) : null,
    format: pick(FORMATS, random),
    mappings: mappingsFor(at, random),
    status,
    chapters_read: status === 'completed' && total ? total : read,
    volumes_read: Math.floor(read / 9),
    score: random() < 0.6 ? 10 + Math.floor(random() * 91) : null,
    rereads: status === 'rereading' ? 1 : 0,
    started_on: random() < 0.5 ? '2025-03-01' : null,
    finished_on: status === 'completed' ? '2026-01' : null,
    notes: random() < 0.1 ? 'Lent volume 3 to a friend.' : null,
    private: random() < 0.03,
    added_at: minutesFromNow(-60 * 24 * 41 + at),
    updated_at: minutesFromNow(-Math.floor(random() * 60 * 24 * 40)),
    total_chapters: total,
    total_volumes: total ? Math.ceil(total / 9) : null,
    differs: random() < 0.05,
    waits: random() < 0.02,
  }
}

function namesFor(at: number, random: () => number): TitleView[] {
  const english = `${pick(FIRST, random)} ${pick(SECOND, random)} ${pick(THIRD, random)}${at > 900 ? ` ${at}` : ''}`
  return [
    { kind: 'romaji', text: `${pick(ROMAJI, random)} ${at}` },
    { kind: 'english', text: english },
    { kind: 'native', text: `${pick(NATIVE, random)} ${at}` },
  ]
}

function mappingsFor(at: number, random: () => number): Partial<Record<Provider, string>> {
  const here = PROVIDERS.filter(() => random() < 0.75)
  return Object.fromEntries((here.length ? here : ['anilist' as const]).map((provider) => [provider, String(9_000_000 + at)]))
}

/** A cover nobody holds rights in: two colours and a circle. */
function drawnCover(at: number): string {
  const hue = (at * 47) % 360
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 200 300"><rect width="200" height="300" fill="hsl(${hue} 32% 28%)"/>`
    + `<circle cx="${60 + (at % 5) * 20}" cy="${90 + (at % 7) * 20}" r="${40 + (at % 4) * 12}" fill="hsl(${(hue + 40) % 360} 45% 55%)"/>`
    + `<path d="M0 ${210 + (at % 3) * 20} Q100 ${170 + (at % 4) * 15} 200 ${220 + (at % 5) * 8} V300 H0Z" fill="hsl(${hue} 30% 16%)"/></svg>`
  return `data:image/svg+xml,${encodeURIComponent(svg)}`
}
