import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    root: import.meta.dirname,
    include: ['*.test.ts'],
    globalSetup: './installed.ts',
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // What takes the time are compilers and bundlers, which are processes or threads of their own.
    fileParallelism: false,
    maxConcurrency: 2,
  },
})
