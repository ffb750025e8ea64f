import { defineConfig } from 'vitest/config'
import { sideBySideThenAlone } from '../support/projects.js'

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
    projects: sideBySideThenAlone(TIMED),
  },
})
