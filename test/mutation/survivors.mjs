/**
 * Prints the score by file, and the mutants that survived although survivors.md gives no reason for them: `node
 * test/mutation/survivors.mjs`, after `npm run test:mutation`. Exits with 1 if there are any.
 */

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const ROOT = join(import.meta.dirname, '../..')
const KILLED = ['Killed', 'Timeout']
const LIVED = ['Survived', 'NoCoverage']

const known = new Set(
  readFileSync(join(import.meta.dirname, 'survivors.md'), 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('- `')),
)

/** A mutant as survivors.md lists it: without its line, which changes. */
function describe(file, source, { location, replacement }) {
  const { start, end } = location
  const lines = source.split('\n').slice(start.line - 1, end.line)
  lines[lines.length - 1] = lines.at(-1).slice(0, end.column - 1)
  lines[0] = lines[0].slice(start.column - 1)
  const short = (text) => {
    const line = text.replace(/\s+/g, ' ').replaceAll('`', "'")
    return line.length > 100 ? `${line.slice(0, 99)}…` : line
  }
  return `- \`${file}\`: \`${short(lines.join('\n'))}\` → \`${short(replacement)}\``
}

let unexplained = 0
const sum = { killed: 0, lived: 0 }
const reports = join(ROOT, 'reports/mutation')
for (const name of readdirSync(reports).filter((each) => /(?<!-again)\.json$/.test(each))) {
  const part = name.replace('.json', '')
  const path = join(reports, name)
  const totals = { killed: 0, lived: 0 }
  for (const [file, { source, mutants }] of Object.entries(JSON.parse(readFileSync(path, 'utf8')).files)) {
    const killed = mutants.filter(({ status }) => KILLED.includes(status)).length
    const alive = mutants.filter(({ status }) => LIVED.includes(status))
    totals.killed += killed
    totals.lived += alive.length
    console.log(`${percent(killed, alive.length).padStart(6)}  ${file}`)
    const descriptions = new Set(alive.map((mutant) => describe(file, source, mutant)))
    for (const line of descriptions) {
      if (known.has(line)) continue
      unexplained += 1
      console.log(line)
    }
  }
  console.log(
    `${percent(totals.killed, totals.lived).padStart(6)}  ${part}: ${totals.killed} killed, ${totals.lived} lived\n`,
  )
  sum.killed += totals.killed
  sum.lived += totals.lived
}
console.log(`${percent(sum.killed, sum.lived).padStart(6)}  all: ${sum.killed} killed, ${sum.lived} lived`)
console.log(`${unexplained} without a reason`)
process.exitCode = unexplained > 0 ? 1 : 0

function percent(killed, lived) {
  return killed + lived === 0 ? '-' : `${((100 * killed) / (killed + lived)).toFixed(1)} %`
}
