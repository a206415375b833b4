// Both languages are complete, and nothing is left in one that the other lost.
import { readFileSync, readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

type Tree = { [key: string]: string | Tree }

function read(language: string): Record<string, string> {
  const folder = `src/locales/${language}`
  const files = readdirSync(folder).filter((file) => file.endsWith('.json'))
  return Object.assign({}, ...files.map((file) => flat(JSON.parse(readFileSync(`${folder}/${file}`, 'utf8')) as Tree, file.replace('.json', ''))))
}

function flat(tree: Tree, above: string): Record<string, string> {
  return Object.assign({}, ...Object.entries(tree).map(([key, value]) => {
    const name = `${above}.${key}`
    return typeof value === 'string' ? { [name]: value } : flat(value, name)
  }))
}

const english = read('en')
const japanese = read('ja')
const places = (text: string) => [...new Set(text.match(/\{\w+\}/g) ?? [])].sort()

describe('the languages', () => {
  it('have the same messages, but for what the application itself says in English', () => {
    const here = Object.keys(japanese).filter((key) => !key.startsWith('errors.'))
    expect(here.sort()).toEqual(Object.keys(english).sort())
  })

  it('leave no message empty', () => {
    expect(Object.entries({ ...english, ...japanese }).filter(([, text]) => !text.trim())).toEqual([])
  })

  it('give errors nothing to say but the service and what the application said', () => {
    const told = Object.entries(japanese).filter(([key]) => key.startsWith('errors.')).flatMap(([, text]) => places(text))
    expect([...new Set(told)].sort()).toEqual(['{message}', '{service}'])
  })

  it('put the same values into each message', () => {
    const differing = Object.keys(english).filter((key) => `${places(english[key] ?? '')}` !== `${places(japanese[key] ?? '')}`)
    expect(differing).toEqual([])
  })
})
