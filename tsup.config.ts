import { existsSync, readFileSync } from 'node:fs'
import { defineConfig, type Options } from 'tsup'

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

export default defineConfig([
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
    // The page of `listen` is one file, within the program.
    loader: { '.html': 'text' },
    define: { VERSION: JSON.stringify(version) },
  },
])
