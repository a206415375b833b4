// Which of a title's names is shown: the one in the language that the person chose, else the nearest there is.
import type { AppSettings, TitleView } from '@/contract'
import { useSettingsStore } from '@/stores/settings'

type Choice = AppSettings['title_language']
const ORDER: Record<Choice, readonly TitleView['kind'][]> = {
  romaji: ['romaji', 'english', 'native'],
  english: ['english', 'romaji', 'native'],
  native: ['native', 'romaji', 'english'],
}

export interface Titled { title: string; titles: TitleView[] }

export function titleIn(choice: Choice, { title, titles }: Titled): string {
  for (const kind of ORDER[choice]) {
    const found = titles.find((each) => each.kind === kind)
    if (found) return found.text
  }
  return title
}

export function useTitles() {
  const settings = useSettingsStore()
  const titleOf = (entry: Titled): string => titleIn(settings.app?.title_language ?? 'romaji', entry)
  return { titleOf }
}
