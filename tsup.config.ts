import { readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { build, type Plugin } from 'esbuild'
import type { Options } from 'tsup'

const { version } = JSON.parse(readFileSync('package.json', 'utf8'))

const entry = {
  index: 'src/index.ts',
  node: 'src/node.ts',
  testing: 'src/testing/index.ts',
  diagnose: 'src/diagnose/index.ts',
  'stores/redis': 'src/stores/redis.ts',
  'stores/postgres': 'src/stores/postgres.ts',
  'stores/sqlite': 'src/stores/sqlite.ts',
}

const shared: Options = {
  entry,
  // Shared chunks in both formats: `instanceof WebhookError` holds across the entries.
  splitting: true,
  target: 'es2022',
  platform: 'neutral',
  external: [/^node:/],
  // A bare `crypto` may be anything that a bundler or a registry calls so; `node:crypto` is Node's.
  removeNodeProtocol: false,
  dts: { entry },
}

/**
 * Reads an HTML file, and puts its stylesheets and scripts into it. Scripts are TypeScript, which esbuild bundles. The tests
 * read the page the same way (vitest.config.ts).
 */
export async function readHtml(path: string): Promise<string> {
  let html = await readFile(path, 'utf8')
  for (const [tag, attributes, file = ''] of html.matchAll(/<link rel="stylesheet"(.*?) href="(.+?)">/g)) {
    const css = await readFile(join(dirname(path), file), 'utf8')
    html = html.replace(tag, () => `<style${attributes}>\n${css}</style>`)
  }
  for (const [tag, attributes, file = ''] of html.matchAll(/<script(.*?) src="(.+?)"><\/script>/g)) {
    const js = await bundleScript(join(dirname(path), file))
    html = html.replace(tag, () => `<script${attributes}>\n${js}</script>`)
  }
  return html
}

async function bundleScript(path: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [path],
    bundle: true,
    write: false,
    format: 'iife',
    target: 'es2022',
    charset: 'utf8',
  })
  return outputFiles.map(({ text }) => text).join('')
}

/** Makes `import page from './page.html'` the text that {@link readHtml} reads. */
const htmlAsText: Plugin = {
  name: 'html-as-text',
  setup: ({ onLoad }) =>
    onLoad({ filter: /\.html$/ }, async ({ path }) => ({ contents: await readHtml(path), loader: 'text' })),
}

const config: Options[] = [
  {
    ...shared,
    entry: { ...entry, cli: 'src/cli/main.ts' },
    // The page of `listen` is part of the program.
    esbuildPlugins: [htmlAsText],
    define: { VERSION: JSON.stringify(version) },
    format: 'esm',
    sourcemap: true,
    outDir: 'dist',
  },
  // Splitting CommonJS loses the source maps' way to the sources: better none than wrong ones.
  { ...shared, format: 'cjs', sourcemap: false, outDir: 'dist/cjs' },
]

export default config
