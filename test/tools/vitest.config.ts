import { defineConfig } from 'vitest/config'

// From the root, after a build: npx vitest run --config test/tools/vitest.config.ts [-t send]
export default defineConfig({
  test: {
    root: import.meta.dirname,
    include: ['*.test.ts'],
    // Some tests measure rates and latencies, so one file runs at a time.
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
})
