// Puts the guide's pictures into docs/pictures: some of the screens that `npm run screens` took, smaller and with fewer
// colours. Needs ImageMagick's `convert` and `pngquant`.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))
/** The guide's name for a picture, and the screen that it is. */
const PICTURES = {
  welcome: 'welcome', library: 'library', title: 'library-drawer', review: 'review', activity: 'activity-run', conflict: 'conflicts', match: 'matches', undo: 'activity-undo-import',
  setup: 'integrations-setup',
}

mkdirSync(`${root}docs/pictures`, { recursive: true })
for (const [name, screen] of Object.entries(PICTURES)) {
  const from = `${root}target/screens/${screen}-dark-large.png`
  const to = `${root}docs/pictures/${name}.png`
  if (!existsSync(from)) {
    console.error(`${name}: there is no screen ${screen} yet; run \`npm run screens\` first`)
    process.exitCode = 1
    continue
  }
  execFileSync('convert', [from, '-resize', '1200x', '-strip', to])
  execFileSync('pngquant', ['--force', '--skip-if-larger', '--speed', '1', '--output', to, '96', to])
}
