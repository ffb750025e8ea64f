/**
 * Mutants of the sources, in two parts that have tests of their own: `core` and `tools`. `npm run test:mutation` runs both;
 * `PART=core MUTATE=src/verify/hmac.ts,src/verify/verify.ts` looks at some files. The reports are in reports/mutation.
 */

// Not UTC, so that a time that is taken for local shows.
process.env.TZ = 'America/New_York'

const PART = process.env.PART ?? 'core'
const FILES = {
  core: ['src/**/*.ts', '!src/{cli,testing}/**'],
  // The script of the page runs in a browser, which these tests do not have.
  tools: ['src/cli/**/*.ts', '!src/cli/listen/page/**', 'src/testing/**/*.ts'],
}

/** @type {import('@stryker-mutator/api/core').PartialStrykerOptions} */
export default {
  testRunner: 'vitest',
  plugins: [import.meta.resolve('@stryker-mutator/vitest-runner').replace('file://', '')],
  vitest: { configFile: 'test/mutation/vitest.config.ts' },
  mutate: process.env.MUTATE?.split(',') ?? FILES[PART],
  ignorePatterns: ['examples', 'dist', 'docs', 'coverage', 'test/*/node_modules', '.github'],
  coverageAnalysis: 'perTest',
  // A mutant in code that runs while a module loads takes all tests, half a minute each.
  ignoreStatic: true,
  reporters: ['progress', 'clear-text', 'json'],
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
  jsonReporter: { fileName: `reports/mutation/${PART}.json` },
  tempDirName: `.test-results/stryker-${PART}`,
  thresholds: { high: 97, low: 90, break: 90 },
  // Instrumented code is slow on a busy machine, and a mutant that times out counts as killed.
  timeoutMS: 40_000,
  concurrency: 2,
}
