/** Mutants of the core: `npm run test:mutation`. The report is in reports/mutation. */

// Not UTC, so that a time that is taken for local shows.
process.env.TZ = 'America/New_York'

/** @type {import('@stryker-mutator/api/core').PartialStrykerOptions} */
export default {
  testRunner: 'vitest',
  plugins: [import.meta.resolve('@stryker-mutator/vitest-runner').replace('file://', '')],
  vitest: { configFile: 'test/mutation/vitest.config.ts' },
  mutate: process.env.MUTATE?.split(',') ?? [
    'src/*.ts',
    'src/stores/*.ts',
    'src/diagnose/*.ts',
    '!src/index.ts',
    '!src/node.ts',
  ],
  ignorePatterns: ['examples', 'dist', 'docs', 'coverage', 'test/*/node_modules', '.github'],
  coverageAnalysis: 'perTest',
  reporters: ['progress', 'clear-text', 'json'],
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
  jsonReporter: { fileName: 'reports/mutation/mutation.json' },
  tempDirName: '.test-results/stryker',
  thresholds: { high: 97, low: 90, break: 90 },
  timeoutMS: 10_000,
  concurrency: 2,
}
