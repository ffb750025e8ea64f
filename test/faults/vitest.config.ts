import { defineConfig } from 'vitest/config'

// From the root, after a build: npx vitest run --config test/faults/vitest.config.ts [-t redis]
export default defineConfig({
  test: {
    root: import.meta.dirname,
    include: ['*.test.ts'],
    // The short files run beside the long one, because all of them mostly wait for time limits.
    maxWorkers: 2,
    // The table is the result, so it is printed without decoration.
    disableConsoleIntercept: true,
    testTimeout: 90_000,
    hookTimeout: 60_000,
  },
})
