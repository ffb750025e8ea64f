import { readFileSync } from 'node:fs'
import { defineConfig, type Options } from 'tsup'

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

export default defineConfig([
  {
    ...shared,
    entry: { ...entry, cli: 'src/cli/main.ts' },
    // The page of `listen` is one file, within the program.
    loader: { '.html': 'text' },
    define: { VERSION: JSON.stringify(version) },
    format: 'esm',
    sourcemap: true,
    outDir: 'dist',
  },
  // Splitting CommonJS loses the source maps' way to the sources: better none than wrong ones.
  { ...shared, format: 'cjs', sourcemap: false, outDir: 'dist/cjs' },
])
