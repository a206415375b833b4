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
  return load ? unwrapped(await load()) : ''
}

/** Japanese is written without spaces, so a line that was broken in the file is joined without one. */
function unwrapped(text: string): string {
  return text.replace(/([^\p{ASCII}])\n *(?=[^\p{ASCII}])/gu, '$1')
}
