import { existsSync, readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { build, type Plugin } from 'esbuild'
import type { Options } from 'tsup'

const { version, exports } = JSON.parse(readFileSync('package.json', 'utf8'))

/** The source of each entry in `exports` of package.json, by its name in `dist`: the one list of entries. */
const entry = Object.fromEntries(
  Object.keys(exports)
    .filter((path) => path !== './package.json')
    .map((path) => (path === '.' ? 'index' : path.slice('./'.length)))
    .map((name) => {
      const [file = '', folder = ''] = [`src/${name}.ts`, `src/${name}/index.ts`]
      return [name, existsSync(file) ? file : folder]
    }),
)

const shared: Options = {
  target: 'es2022',
  platform: 'neutral',
  external: [/^node:/],
  // A bare `crypto` may be anything that a bundler or a registry calls so; `node:crypto` is Node's.
  removeNodeProtocol: false,
  sourcemap: true,
}

/** One self-contained file of code per entry and format: loads fast, and its stack traces and source maps are short. */
const library: Options = { ...shared, entry, splitting: false, dts: { entry } }

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
  { ...library, format: 'esm', outDir: 'dist' },
  { ...library, format: 'cjs', outDir: 'dist/cjs' },
  {
    ...shared,
    entry: { cli: 'src/cli/main.ts' },
    format: 'esm',
    outDir: 'dist',
    // Each command is a file of its own, loaded when it runs.
    splitting: true,
    esbuildOptions(options) {
      options.chunkNames = 'cli/[name]-[hash]'
    },
    // The page of `listen` is part of the program.
    esbuildPlugins: [htmlAsText],
    define: { VERSION: JSON.stringify(version) },
  },
]

export default config
