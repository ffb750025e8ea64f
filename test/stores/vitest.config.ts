import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    root: import.meta.dirname,
    include: ['*.test.ts'],
    testTimeout: 30_000,
    hookTimeout: 30_000,
    // Vitest would leave one of two cores to itself, but these tests wait for servers most of the time.
    maxWorkers: 2,
  },
})
