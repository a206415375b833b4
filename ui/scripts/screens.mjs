// Takes a picture of every page and state of the window over invented data, into target/screens: light, dark and
// Japanese, small and large. Needs Chromium (CHROMIUM names another) and `npm run build:fake` first.
// Each page is also looked over by axe: a serious fault of accessibility is an error, as is anything the page itself
// complains of. Words on the command line keep only the pictures whose names contain one of them.
import { createServer } from 'node:http'
import { mkdir, readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'
import { STATES } from './states.mjs'

const ui = fileURLToPath(new URL('..', import.meta.url))
const out = join(ui, '..', 'target', 'screens')
const AXE = createRequire(import.meta.url).resolve('axe-core')
const SIZES = { small: [880, 600], large: [1440, 900] }
const LOOKS = { dark: 'theme=dark&language=en', light: 'theme=light&language=en', ja: 'theme=dark&language=ja' }
const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.woff2': 'font/woff2', '.json': 'application/json' }
// The policy that the real window has, so that what it would refuse is missing in the pictures too.
const CSP = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; connect-src 'self'"

function serve() {
  return new Promise((done) => {
    const server = createServer(async (request, response) => {
      const path = new URL(request.url ?? '/', 'http://x').pathname
      try {
        const body = await readFile(join(ui, 'dist-fake', path === '/' ? 'index.html' : path))
        response.writeHead(200, { 'content-type': TYPES[extname(path)] ?? 'text/html', 'content-security-policy': CSP }).end(body)
      } catch {
        response.writeHead(404).end()
      }
    }).listen(0, '127.0.0.1', () => done(server))
  })
}

async function main() {
  const wanted = process.argv.slice(2)
  await mkdir(out, { recursive: true })
  const server = await serve()
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] })
  let failed = 0
  for (const [size, [width, height]] of Object.entries(SIZES)) {
    for (const [look, query] of Object.entries(LOOKS)) {
      const context = await browser.newContext({ viewport: { width, height }, reducedMotion: 'reduce' })
      // The real window is opened with a frozen prototype: code that writes to it would fail there.
      await context.addInitScript(() => Object.freeze(Object.prototype))
      for (const state of STATES) {
        const name = `${state.name}-${look}-${size}`
        if (wanted.length && !wanted.some((word) => name.includes(word))) continue
        failed += await take(context, server, state, query, join(out, `${name}.png`), name)
      }
      await context.close()
    }
  }
  await browser.close()
  server.close()
  if (failed) process.exitCode = 1
}

/** One picture; answers with how many errors the page reported on the way. */
async function take(context, server, state, query, path, name) {
  const page = await context.newPage()
  const errors = []
  page.on('console', (message) => message.type() === 'error' && errors.push(message.text()))
  page.on('pageerror', (error) => errors.push(String(error)))
  await page.goto(`http://127.0.0.1:${server.address().port}/?world=${state.world ?? 'full'}&${query}#${state.path}`)
  try {
    await page.waitForSelector(state.wait ?? '[data-testid="page-title"], h1', { timeout: 10_000 })
    await page.evaluate(() => document.fonts.ready)
    await state.then?.(page)
  } catch (error) {
    errors.push(`${error}`.split('\n')[0])
  }
  await page.waitForTimeout(state.settle ?? 250)
  await page.screenshot({ path })
  errors.push(...(await faults(page)))
  await page.close()
  for (const error of errors) console.error(`${name}: ${error}`)
  return errors.length
}

/** What axe calls serious or critical on the page as it is, each with the first element that it is about. Left out are the two
 * signs with which the component library leads the keyboard through messages in the corner: they are not ours to mend. */
async function faults(page) {
  // Taken in through the browser's own door, since the page's policy lets no script be written into it.
  const axe = await readFile(AXE, 'utf8')
  await page.evaluate(axe)
  const { violations } = await page.evaluate(() => globalThis.axe.run({ exclude: [['[role=region] > span[aria-hidden=true][tabindex="0"]']] }, { resultTypes: ['violations'] }))
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, help, nodes }) => `${id}: ${help} (${nodes.length}): ${nodes[0].html.slice(0, 200)} ${nodes[0].any?.[0]?.message ?? ''}`)
}

await main()
