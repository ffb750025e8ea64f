import { defineConfig } from 'vitest/config'

/** Some tests measure how quickly a page reacts. */
const TIMED = ['live-calls*.test.ts']

// From the root, after a build: npx vitest run --config test/examples/vitest.config.ts [-t express]
export default defineConfig({
  test: {
    root: import.meta.dirname,
    globalSetup: '../support/installations.ts',
    restoreMocks: true,
    testTimeout: 60_000,
    // Long enough to install a framework.
    hookTimeout: 300_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'side by side',
          include: ['*.test.ts'],
          exclude: TIMED,
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: { name: 'alone', include: TIMED, maxWorkers: 1, sequence: { groupOrder: 1 } },
      },
    ],
  },
})
