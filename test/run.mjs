/**
 * Runs parts of the tests. First builds the package and installs what a part needs, if either has changed.
 *
 *   node test/run.mjs stores                  one part
 *   node test/run.mjs fuzz timing --full      the full versions of two parts (or FULL=1)
 *   node test/run.mjs examples -- -t express  arguments after -- go to vitest
 *   node test/run.mjs all                     every part, up to the first that fails
 *   node test/run.mjs all --keep-going        every part
 *   node test/run.mjs --list                  the names of the parts that `all` runs
 *
 * Exit codes: 0 success, 1 failure, 2 usage error.
 */

import { parseArgs } from 'node:util'
import { parts } from './runner/parts.mjs'
import { runPart } from './runner/run-part.mjs'

const PARTS_OF_ALL = Object.keys(parts).filter((name) => !parts[name].onRequest)

const { names, keepGoing, ...options } = readCommandLine(process.argv.slice(2))
const results = []
for (const name of names) {
  if (names.length > 1) console.log(`\n== ${name}`)
  results.push(await runPart(name, options))
  if (!results.at(-1).hasPassed) process.exitCode = 1
  if (process.exitCode && !keepGoing) break
}
if (names.length > 1) printSummary()

/** The parts to run and their options. Exits with a message if the command line is wrong. */
function readCommandLine(argv) {
  const end = argv.indexOf('--')
  const { values, positionals } = parse(end < 0 ? argv : argv.slice(0, end))
  if (values.list) {
    console.log(PARTS_OF_ALL.join('\n'))
    process.exit()
  }
  if (positionals.length === 0) usageError('Name the parts to run.')
  const unknown = positionals.find((name) => name !== 'all' && !Object.hasOwn(parts, name))
  if (unknown !== undefined) usageError(`Unknown part "${unknown}".${suggest(unknown)}`)
  return {
    names: [...new Set(positionals.flatMap((name) => (name === 'all' ? PARTS_OF_ALL : name)))],
    keepGoing: values['keep-going'],
    isFull: values.full || process.env.FULL === '1',
    args: end < 0 ? [] : argv.slice(end + 1),
  }
}

function parse(args) {
  const options = {
    full: { type: 'boolean', default: false },
    'keep-going': { type: 'boolean', default: false },
    list: { type: 'boolean', default: false },
  }
  try {
    return parseArgs({ args, options, allowPositionals: true })
  } catch (error) {
    usageError(error.message)
  }
}

/** A part whose name starts with the same letters, or consists of the same letters. */
function suggest(name) {
  const letters = (text) => [...text].sort().join('')
  const near = Object.keys(parts).find(
    (part) => part.startsWith(name.slice(0, 3)) || letters(part) === letters(name),
  )
  return near ? ` Did you mean "${near}"?` : ''
}

function usageError(message) {
  const onRequest = Object.keys(parts).filter((name) => parts[name].onRequest)
  console.error(`${message}
Usage: node test/run.mjs PART… [--full] [--keep-going] [-- arguments for vitest]
Parts: ${PARTS_OF_ALL.join(', ')}; all of them: all
On request: ${onRequest.join(', ')}
The fast tests are \`npm test\`.`)
  process.exit(2)
}

function printSummary() {
  const width = Math.max(...results.map(({ name }) => name.length))
  console.log('\n== summary')
  for (const { name, hasPassed, passed, seconds } of results) {
    const tests = passed > 0 ? `${passed.toLocaleString('en')} tests` : ''
    console.log(
      `${name.padEnd(width)}  ${hasPassed ? 'passed' : 'FAILED'} ${seconds.toFixed(0).padStart(5)} s  ${tests}`,
    )
  }
  const sum = (key) => results.reduce((total, result) => total + result[key], 0)
  console.log(`\n${sum('passed')} passed, ${sum('failed')} failed`)
}
