// Fails when the first page's script is heavier than it may be, or when the invented data got into a real build.
import { readFileSync, readdirSync } from 'node:fs'
import { gzipSync } from 'node:zlib'

const LIMIT = 200_000
const dist = new URL('../dist/', import.meta.url)
const manifest = JSON.parse(readFileSync(new URL('.vite/manifest.json', dist), 'utf8'))

/** A chunk with everything that it imports at once. */
function withImports(key, seen = new Set()) {
  if (seen.has(key)) return seen
  seen.add(key)
  for (const next of manifest[key]?.imports ?? []) withImports(next, seen)
  return seen
}

const first = ['index.html', 'src/pages/LibraryPage.vue', 'src/locales/en/index.ts']
const chunks = new Set(first.flatMap((key) => [...withImports(key)]))
const files = [...chunks].map((key) => manifest[key]?.file).filter((file) => file?.endsWith('.js'))
const size = files.reduce((sum, file) => sum + gzipSync(readFileSync(new URL(file, dist))).length, 0)
console.log(`first page: ${files.length} scripts, ${(size / 1000).toFixed(1)} kB gzip of ${LIMIT / 1000}`)

const invented = readdirSync(new URL('assets/', dist)).filter((file) =>
  file.endsWith('.js') && readFileSync(new URL(`assets/${file}`, dist), 'utf8').includes('Donaudampfschifffahrt'))
if (invented.length) console.error(`invented data is part of the build: ${invented.join(', ')}`)
if (size > LIMIT) console.error('the first page is too heavy: load what it does not need at once later')
if (invented.length || size > LIMIT) process.exitCode = 1
