import { defineConfig } from 'vitest/config'

// From the root, after a build: npx vitest run --config test/examples/vitest.config.ts [-t express]
export default defineConfig({
  test: {
    root: import.meta.dirname,
    include: ['*.test.ts'],
    fileParallelism: false,
    restoreMocks: true,
    testTimeout: 60_000,
    // Installing a framework.
    hookTimeout: 300_000,
  },
})
