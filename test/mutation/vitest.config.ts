import { defineConfig } from 'vitest/config'
import root from '../../vitest.config'

const tests: readonly string[] = JSON.parse(process.env['TESTS'] ?? '[]')

export default defineConfig({
  ...root,
  test: {
    include: [...tests],
    // Instrumented code takes several times as long. Stryker's own limit ends a mutant that hangs.
    testTimeout: 60_000,
    setupFiles: [`test/mutation/load-${process.env['NAME'] === 'tools' ? 'commands' : 'core'}.ts`],
    // This test bundles the sources, and would bundle the mutants with them.
    exclude: ['test/unit/events/time-zone.test.ts'],
  },
})
