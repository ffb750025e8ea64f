/**
 * Runs Stryker over the sources: `npm run test:mutation`, or `node test/run.mjs mutation -- verify state` for two folders.
 *
 * In the first round, each mutant runs against the tests of its own folder, which takes a tenth of the time and kills most
 * mutants. Each survivor then runs against the same tests with modules that load after the mutant is active: Stryker otherwise
 * activates it after that, which changes no constant of a module. In the last round, each survivor runs against all tests.
 * The results are in reports/mutation, a file for each folder.
 */

import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const ROOT = join(import.meta.dirname, '../..')
const REPORTS = join(ROOT, 'reports/mutation')
const SURVIVED = ['Survived', 'NoCoverage']

const OWN_TESTS = 'test/unit/*.test.ts'
/** The tests of the tools are used in all rounds, because no other test needs the tools. */
const TOOLS = {
  mutate: ['src/cli/**/*.ts', 'src/testing/**/*.ts', '!src/cli/listen/page/**'],
  tests: ['test/unit/{cli,testing}/**/*.test.ts'],
}
const FOLDERS = {
  root: {
    mutate: ['src/*.ts'],
    // The files at the root serve several folders.
    tests: [
      OWN_TESTS,
      'test/unit/{verify,events,dedupe}/**/*.test.ts',
      'test/unit/testing/python-json.test.ts',
      'test/vectors/*.test.ts',
    ],
  },
  verify: {
    mutate: ['src/verify/**/*.ts'],
    tests: [OWN_TESTS, 'test/unit/verify/**/*.test.ts', 'test/vectors/*.test.ts'],
  },
  ...Object.fromEntries(
    ['events', 'dedupe', 'stores', 'receive', 'queues', 'state', 'diagnose', 'otel'].map((folder) => [
      folder,
      { mutate: [`src/${folder}/**/*.ts`], tests: [OWN_TESTS, `test/unit/${folder}/**/*.test.ts`] },
    ]),
  ),
}

const ALL_TESTS = ['test/unit/*.test.ts', 'test/unit/!(cli|testing)/**/*.test.ts', 'test/vectors/*.test.ts']

const wanted = process.argv.slice(2)
const names = wanted.length > 0 ? wanted : [...Object.keys(FOLDERS), 'tools']
for (const name of names) {
  if (name === 'tools') {
    stryker('tools', TOOLS)
    tryAgain(name, TOOLS.tests, 'off')
    continue
  }
  stryker(name, FOLDERS[name])
  tryAgain(name, FOLDERS[name].tests, 'off')
  tryAgain(name, ALL_TESTS)
}

/** Runs the survivors of a report again, and writes the results into the report. */
function tryAgain(name, tests, coverage) {
  const mutate = survivorsOf(name)
  if (mutate.length === 0) return
  const again = `${name}-again`
  stryker(again, { mutate, tests, coverage })
  takeOver(name, again)
}

/**
 * Runs Stryker, and saves its report as `<name>.json`.
 *
 * @param coverage - `perTest`: only the tests that reach a mutant run, and the mutant is active once modules are loaded;
 * `off`: all of `tests` run, and the mutant is active before
 */
function stryker(name, { mutate, tests, coverage = 'perTest' }) {
  const { status } = spawnSync('stryker', ['run', 'test/mutation/stryker.config.mjs'], {
    cwd: ROOT,
    stdio: 'inherit',
    env: {
      ...process.env,
      NAME: name,
      MUTATE: mutate.join(),
      TESTS: JSON.stringify(tests),
      COVERAGE: coverage,
      // The tests use their short version, because they run thousands of times.
      FULL: '',
      CONSTANTS: process.env.FULL,
    },
  })
  if (status !== 0 || !existsSync(join(REPORTS, `${name}.json`))) process.exit(status || 1)
}

function readReport(name) {
  return JSON.parse(readFileSync(join(REPORTS, `${name}.json`), 'utf8'))
}

/** The positions of the surviving mutants, in the format of Stryker's `mutate`. */
function survivorsOf(name) {
  const places = Object.entries(readReport(name).files).flatMap(([file, { mutants }]) =>
    mutants
      .filter(({ status }) => SURVIVED.includes(status))
      .map(
        ({ location: { start, end } }) =>
          // Columns count from 1 in the report, and from 0 here.
          `${file}:${start.line}:${start.column - 1}-${end.line}:${end.column - 1}`,
      ),
  )
  return [...new Set(places)]
}

/** Writes the results of a later round into the report of the first. */
function takeOver(name, again) {
  const idOf = ({ location, mutatorName, replacement }) =>
    JSON.stringify([location, mutatorName, replacement])
  const later = readReport(again).files
  const first = readReport(name)
  for (const [file, { mutants }] of Object.entries(first.files)) {
    const found = new Map(later[file]?.mutants.map((mutant) => [idOf(mutant), mutant.status]))
    for (const mutant of mutants) {
      const status = found.get(idOf(mutant))
      // A mutant that the later round ignored keeps its status.
      if (SURVIVED.includes(mutant.status) && status && status !== 'Ignored') mutant.status = status
    }
  }
  writeFileSync(join(REPORTS, `${name}.json`), JSON.stringify(first))
}
