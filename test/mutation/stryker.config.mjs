/** How `run.mjs` runs Stryker: NAME is the name of the report, MUTATE and TESTS are lists of files, COVERAGE is explained there. */

// Not UTC, so that code that mistakes a time for local fails.
process.env.TZ = 'America/New_York'

/** @type {import('@stryker-mutator/api/core').PartialStrykerOptions} */
export default {
  testRunner: 'vitest',
  plugins: [import.meta.resolve('@stryker-mutator/vitest-runner').replace('file://', '')],
  // The command line loads its commands when they are needed, so Vitest would take tests of them for unrelated.
  vitest: { configFile: 'test/mutation/vitest.config.ts', related: false },
  mutate: process.env.MUTATE.split(','),
  ignorePatterns: [
    'examples',
    'dist',
    'docs',
    'coverage',
    'reports',
    '.test-results',
    'test/*/node_modules',
    '.github',
  ],
  coverageAnalysis: process.env.COVERAGE,
  // A mutant in a constant of a module runs all tests of the round, so only the full version tries these mutants.
  ignoreStatic: process.env.COVERAGE === 'perTest' && process.env.CONSTANTS !== '1',
  reporters: ['progress', 'clear-text', 'json'],
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
  jsonReporter: { fileName: `reports/mutation/${process.env.NAME}.json` },
  tempDirName: `.test-results/stryker-${process.env.NAME}`,
  thresholds: { high: 97, low: 90, break: null },
  // Instrumented code is slow on a busy machine, and a mutant that times out counts as killed.
  timeoutMS: 40_000,
  concurrency: 2,
}
