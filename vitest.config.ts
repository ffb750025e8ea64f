import { defineConfig } from 'vitest/config'
import { readHtml } from './tsup.config.js'

export default defineConfig({
  // What the build does, too: see tsup.config.ts.
  define: { VERSION: '"0.0.0"' },
  plugins: [
    {
      name: 'html-as-text',
      enforce: 'pre',
      load: async (id) =>
        id.endsWith('.html') ? `export default ${JSON.stringify(await readHtml(id))}` : undefined,
    },
  ],
  test: {
    // Of two cores it would take one, while a third of the tests' time is waiting.
    maxWorkers: '100%',
    // They start faster than processes.
    pool: 'threads',
    // Importing the sources again in each file would double the time.
    isolate: false,
    setupFiles: ['test/unit/support/restored.ts'],
    include: ['test/unit/**/*.test.ts', 'test/vectors/**/*.test.ts'],
    // Long, because no verdict depends on it: it ends a test that hangs, and a busy machine is no reason to fail.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // The types alone: `npm run typecheck` is for the rest, and takes three times as long.
    typecheck: {
      enabled: true,
      include: ['test/types/**/*.test-d.ts'],
      tsconfig: './test/types/tsconfig.json',
    },
    coverage: {
      provider: 'v8',
      include: ['src/**/*.ts'],
      // The script of the page of `listen` runs in a browser: test/tools/listen-page.test.ts.
      exclude: ['src/cli/listen/page/**'],
      reporter: ['text'],
      thresholds: { lines: 98, branches: 95 },
    },
  },
})
