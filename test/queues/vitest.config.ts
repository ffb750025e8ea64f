import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    root: import.meta.dirname,
    include: ['*.test.ts'],
    // The table of `faults.test.ts` is printed without decoration.
    disableConsoleIntercept: true,
    testTimeout: process.env['FULL'] === '1' ? 300_000 : 60_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
  },
})
