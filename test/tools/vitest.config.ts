import { defineConfig } from 'vitest/config'

/** Some of their tests measure rates, latencies or costs. */
const MEASURING = ['check.test.ts', 'diagnose-cost.test.ts', 'listen.test.ts', 'send.test.ts']

// From the root, after a build: npx vitest run --config test/tools/vitest.config.ts [-t send]
export default defineConfig({
  test: {
    root: import.meta.dirname,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'side by side',
          include: ['*.test.ts'],
          exclude: MEASURING,
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: { name: 'alone', include: MEASURING, maxWorkers: 1, sequence: { groupOrder: 1 } },
      },
    ],
  },
})
