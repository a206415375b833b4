// The window's languages. Messages are loaded one language at a time; a language is a folder under `locales`.
import { createI18n, type I18n } from 'vue-i18n'
import type en from './locales/en'

export const LANGUAGES = ['en', 'ja'] as const
export type Language = (typeof LANGUAGES)[number]
type Messages = typeof en

const loaders: Record<Language, () => Promise<{ default: Messages }>> = {
  en: () => import('./locales/en'),
  ja: () => import('./locales/ja'),
}

/** What a choice of language means on this machine. */
export function languageOf(choice: Language | 'system'): Language {
  if (choice !== 'system') return choice
  const wanted = navigator.languages.map((tag) => tag.slice(0, 2))
  return LANGUAGES.find((language) => language === wanted.find((tag) => LANGUAGES.some((known) => known === tag))) ?? 'en'
}

export type AppI18n = I18n<Record<string, Messages>, Record<string, never>, Record<string, never>, string, false>

let current: AppI18n | undefined

export async function createI18nFor(choice: Language | 'system'): Promise<AppI18n> {
  const i18n = createI18n({ legacy: false, locale: 'en', fallbackLocale: 'en', messages: {} }) as unknown as AppI18n
  current = i18n
  await speak(choice)
  return i18n
}

/** Switches the window's language, loading its messages first. */
export async function speak(choice: Language | 'system'): Promise<void> {
  const language = languageOf(choice)
  if (!current) return
  current.global.setLocaleMessage(language, (await loaders[language]()).default)
  current.global.locale.value = language
  document.documentElement.lang = language
}
