import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    root: import.meta.dirname,
    include: ['*.test.ts'],
    globalSetup: './installed.ts',
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // Compilers and bundlers take most of the time, and run as processes or threads of their own.
    fileParallelism: false,
    maxConcurrency: 2,
  },
})
