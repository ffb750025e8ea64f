import { defineConfig } from 'vitest/config'
import root from '../../vitest.config'

/** The fast tests without those of the types, by the part of the sources that they are for. */
const TESTS = {
  core: ['test/unit/*.test.ts', 'test/unit/model/*.test.ts', 'test/vectors/*.test.ts'],
  tools: ['test/unit/cli/*.test.ts', 'test/unit/{testing,{store,endpoint,repeat}-cases}.test.ts'],
}
const part = process.env['PART'] === 'tools' ? 'tools' : 'core'

export default defineConfig({
  ...root,
  test: {
    include: TESTS[part],
    setupFiles: part === 'tools' ? ['test/mutation/load-commands.ts'] : [],
    exclude: [
      // Stryker runs the tests in threads.
      'test/unit/time-zone.test.ts',
      // Of the other part, and they wait for leases to end.
      ...(part === 'core' ? ['test/unit/{testing,{store,endpoint,repeat}-cases}.test.ts'] : []),
    ],
  },
})
