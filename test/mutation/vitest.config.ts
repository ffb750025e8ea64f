import { defineConfig } from 'vitest/config'
import root from '../../vitest.config'

/** The fast tests without those of the types, by the part of the sources that they are for. */
const TESTS = {
  core: ['test/unit/**/*.test.ts', 'test/vectors/*.test.ts'],
  tools: ['test/unit/{cli,testing}/**/*.test.ts'],
}
const part = process.env['PART'] === 'tools' ? 'tools' : 'core'

export default defineConfig({
  ...root,
  test: {
    include: TESTS[part],
    // Instrumented code takes several times as long. A mutant that hangs ends by Stryker's own limit.
    testTimeout: 60_000,
    setupFiles: part === 'tools' ? ['test/mutation/load-commands.ts'] : [],
    exclude: [
      ...(part === 'core' ? TESTS.tools : []),
      // Stryker runs the tests in threads.
      'test/unit/events/time-zone.test.ts',
    ],
  },
})
