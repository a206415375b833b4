import { fileURLToPath } from 'node:url'
import vueI18n from '@intlify/unplugin-vue-i18n/vite'
import ui from '@nuxt/ui/vite'
import vue from '@vitejs/plugin-vue'
import { defineConfig, type Plugin } from 'vite'

/** In mode `fake` the page starts with invented data instead of the application; no other mode knows of it. */
function startWithFake(): Plugin {
  return {
    name: 'start-with-fake',
    transformIndexHtml: { order: 'pre', handler: (html) => html.replace('/src/main.ts', '/src/fake/main.ts') },
  }
}

/** Components that only open when asked for: see `src/components/later.ts`. Tests take them at once. */
const LATER = ['UDropdownMenu', 'UInputNumber', 'UModal', 'UPopover', 'USlideover']
const later = (name: string) => (LATER.includes(name) ? { name, from: '@/components/later' } : undefined)

/** Nuxt UI writes its colours into the page's head while it runs. Ours stand in `colours.css`, so neither is needed. */
function colourFromStyles(): Plugin {
  const needless = /@nuxt\/ui\/dist\/runtime\/(vue\/plugins\/head|plugins\/colors)\.js$/
  return {
    name: 'colour-from-styles',
    enforce: 'pre',
    load: (id) => (needless.test(id) ? 'export default { install() {} }' : null),
  }
}

/** What the charts' library assigns although every object inherits it, by the file in which it does. */
const INHERITED: Record<string, readonly [object: string, name: string]> = {
  'd3-color.mjs': ['prototype', 'constructor'],
  'd3-format.mjs': ['FormatSpecifier.prototype', 'toString'],
}

/**
 * The window freezes what all objects inherit, and what is frozen there can't be assigned anywhere below it. So each such
 * name is given to its object first. A library that does it no more fails the build, so that this goes away with it.
 */
function keepFrozenPrototype(): Plugin {
  return {
    name: 'keep-frozen-prototype',
    transform(code, id) {
      const [object, name] = INHERITED[id.split(/[\\/?]/).findLast((part) => part.endsWith('.mjs')) ?? ''] ?? []
      if (!object || !name) return undefined
      const assigned = `${object}.${name} = `
      if (!code.includes(assigned)) throw new Error(`${id} assigns ${object}.${name} no more: take it off the list`)
      const own = `Object.defineProperty(${object}, '${name}', { value: undefined, writable: true, configurable: true });`
      return { code: code.replace(assigned, `${own} ${assigned}`), map: null }
    },
  }
}

export default defineConfig(({ mode }) => ({
  plugins: [
    mode === 'fake' && startWithFake(),
    keepFrozenPrototype(),
    colourFromStyles(),
    vue(),
    vueI18n({
      include: fileURLToPath(new URL('./src/locales/**/*.json', import.meta.url)),
      // Messages become data when the page is built: the window's policy lets nothing be compiled while it runs.
      runtimeOnly: true,
      strictMessage: true,
      dropMessageCompiler: true,
    }),
    ui({
      autoImport: false,
      components: { dts: false, resolvers: process.env.VITEST ? [] : [later] },
      // The theme is the person's choice, kept with the settings, not in the web view's storage.
      colorMode: false,
      icon: { clientBundle: { scan: { globInclude: ['src/**/*.{vue,ts}'] } } },
      ui: {
        colors: { primary: 'rose', neutral: 'zinc', info: 'sky', success: 'emerald', warning: 'amber', error: 'red' },
        // The accent is for what is the person's to act on; a switch only says how something stands.
        // Under the pointer a button stays dark or light enough to be read.
        button: { compoundVariants: [{ color: 'primary', variant: 'solid', class: 'hover:bg-primary/90 active:bg-primary/90' }] },
        switch: { defaultVariants: { color: 'neutral' } },
      },
    }),
  ],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  // The guide is outside this folder.
  server: { port: 5173, strictPort: true, fs: { allow: ['..'] } },
  build: {
    outDir: mode === 'fake' ? 'dist-fake' : 'dist',
    // The web views that Tauri uses on the systems we support.
    target: ['safari16', 'chrome111'],
    manifest: true,
    chunkSizeWarningLimit: 700,
  },
  test: {
    environment: 'happy-dom',
    include: ['tests/**/*.test.ts'],
    setupFiles: ['tests/setup.ts'],
    // A page takes its time on a machine that also compiles.
    testTimeout: 30_000,
  },
}))
