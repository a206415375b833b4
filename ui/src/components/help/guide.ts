// The guide's pages, part of the build in every language.
import type { Language } from '@/i18n'

const english = import.meta.glob<string>('../../../../docs/guide/*.md', { query: '?raw', import: 'default' })
const japanese = import.meta.glob<string>('../../../../docs/guide/ja/*.md', { query: '?raw', import: 'default' })

export const GUIDE = ['start', 'anilist', 'myanimelist', 'kitsu', 'everyday', 'review', 'syncing', 'data', 'keyboard', 'trouble'] as const
export type GuidePage = (typeof GUIDE)[number]

/** A page of the guide in this language. */
export async function guidePage(page: GuidePage, language: Language): Promise<string> {
  const pages = language === 'ja' ? japanese : english
  const [, load] = Object.entries(pages).find(([path]) => path.endsWith(`/${page}.md`)) ?? []
  return load ? load() : ''
}

const pictures = import.meta.glob<string>('../../../../docs/pictures/*.png', { query: '?url', import: 'default', eager: true })

/** Where the window keeps a picture of the guide. There are no others: nothing is loaded from anywhere else. */
export function guidePicture(address: string): string | undefined {
  const name = address.split('/').at(-1)
  return Object.entries(pictures).find(([path]) => path.endsWith(`/${name}`))?.[1]
}
