import { defineConfig } from 'vitest/config'
import { sideBySideThenAlone } from '../support/projects.js'

/** Some of their tests measure rates, latencies or costs. */
const MEASURING = ['check.test.ts', 'diagnose-cost.test.ts', 'listen.test.ts', 'send.test.ts']

// From the root, after a build: npx vitest run --config test/tools/vitest.config.ts [-t send]
export default defineConfig({
  test: {
    root: import.meta.dirname,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    projects: sideBySideThenAlone(MEASURING),
  },
})
