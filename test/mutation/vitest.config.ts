import { defineConfig } from 'vitest/config'
import root from '../../vitest.config'

// The fast tests without those of the types and of the command line, which no mutant of the core is for.
export default defineConfig({
  ...root,
  test: {
    include: ['test/unit/*.test.ts', 'test/unit/model/*.test.ts', 'test/vectors/*.test.ts'],
    exclude: [
      // Its tries take a second, and no mutant of the core is found by them alone.
      'test/unit/testing.test.ts',
      // Stryker runs the tests in threads.
      'test/unit/time-zone.test.ts',
    ],
  },
})
