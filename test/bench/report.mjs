/** What is printed: tables of at most 100 columns. */

import { cpus } from 'node:os'
import { SIZES } from './deliveries.mjs'
import { median, ROUNDS, ratio } from './measure.mjs'

const NAME_WIDTH = 43
const CELL_WIDTH = 19

/** @typedef {import('./measure.mjs').Times} Times */

export function printEnvironment() {
  const date = new Date().toISOString().slice(0, 16).replace('T', ' ')
  console.log(`Node ${process.version}, ${cpus()[0].model.trim()}, ${date} UTC`)
  console.log(`Medians of ${ROUNDS} interleaved rounds; ratios are taken within a round.`)
}

/**
 * The ratio of each candidate to its floor, and its time in nanoseconds.
 *
 * @param {string} title
 * @param {import('./candidates.mjs').Candidate[]} candidates
 * @param {Times[]} measured one for each size
 */
export function printTimes(title, candidates, measured) {
  printHeading(`${title}: × floor, ns`)
  for (const candidate of candidates) {
    const cells = measured.map((times) => {
      const nanoseconds = formatInteger(median(times.get(candidate)))
      return ratio(times, candidate, candidate.floor ?? candidate).toFixed(2) + nanoseconds.padStart(11)
    })
    printRow(candidate.name, cells)
  }
}

/**
 * What was measured beside its limits.
 *
 * @param {string} title
 * @param {import('./limits.mjs').Limit[]} limits
 * @param {Times[]} measured one for each size
 * @returns {boolean} whether all limits hold
 */
export function printLimits(title, limits, measured) {
  printHeading(title)
  let isMet = true
  for (const { label, candidate, base, most } of limits) {
    const cells = measured.map((times, size) => {
      if (most[size] === undefined) return ''
      const found = ratio(times, candidate, base)
      isMet &&= found <= most[size]
      return `${found.toFixed(3)} ≤ ${most[size].toFixed(2)} ${verdict(found <= most[size])}`
    })
    printRow(label, cells)
  }
  return isMet
}

/**
 * @param {ReturnType<typeof import('./memory.mjs').measureMemoryStore>} found
 * @param {{ leastClaimsPerSecond: number, mostBytesPerKey: number }} limits
 * @returns {boolean} whether all limits hold
 */
export function printMemoryStore(found, { leastClaimsPerSecond, mostBytesPerKey }) {
  const rows = [
    ['claims a second', found.claimsPerSecond, '≥', leastClaimsPerSecond],
    ['claims with complete, a second', found.claimsAndCompletesPerSecond],
    ['bytes a key, completed', found.bytesCompleted, '≤', mostBytesPerKey],
    ['bytes a key, claimed (with its owner)', found.bytesClaimed, '≤', mostBytesPerKey],
  ]
  console.log('\nMemory store')
  let areAllMet = true
  for (const [name, value, comparison, limit] of rows) {
    const isMet = limit === undefined || (comparison === '≤' ? value <= limit : value >= limit)
    areAllMet &&= isMet
    const limitText = limit === undefined ? '' : `${comparison} ${formatInteger(limit)} ${verdict(isMet)}`
    printRow(name, [formatInteger(value), limitText])
  }
  return areAllMet
}

/**
 * @param {Awaited<ReturnType<typeof import('./tools.mjs').measureTools>>} found
 * @param {typeof import('./limits.mjs').TOOL_LIMITS} limits
 * @returns {boolean} whether all limits hold
 */
export function printTools(found, limits) {
  const rows = [
    ['slowest start of a command × node -e 0', found.slowestStart, limits.slowestStart],
    ['a diagnosis of 100 kB, ms', found.diagnosisMs, limits.diagnosisMs],
    ['a key of 1 MB of any content, ms', found.keyMs, limits.keyMs],
  ]
  console.log('\nTools')
  for (const [name, value, most] of rows) {
    printRow(name, [value.toFixed(2), `≤ ${most.toFixed(1)} ${verdict(value <= most)}`])
  }
  return rows.every(([, value, most]) => value <= most)
}

/**
 * The start of a program that loads a package. Only ours, the first, has limits.
 *
 * @param {ReturnType<typeof import('./cold-start.mjs').measureColdStart>} found
 * @param {typeof import('./limits.mjs').COLD_START_LIMITS} limits
 * @returns {boolean} whether both limits hold
 */
export function printColdStart(found, limits) {
  console.log(
    `\nCold start × an empty program${''.padEnd(12)}${'require'.padStart(CELL_WIDTH)}${'import'.padStart(CELL_WIDTH)}`,
  )
  for (const [index, { name, ...ratios }] of found.entries()) {
    const cells = Object.entries(limits).map(([kind, most]) => {
      const text = ratios[kind].toFixed(3)
      return index === 0 ? `${text} ≤ ${most.toFixed(2)} ${verdict(ratios[kind] <= most)}` : text
    })
    printRow(name, cells)
  }
  return Object.entries(limits).every(([kind, most]) => found[0][kind] <= most)
}

function printHeading(title) {
  console.log()
  console.log(title.padEnd(NAME_WIDTH) + SIZES.map(({ label }) => label.padStart(CELL_WIDTH)).join(''))
}

function printRow(name, cells) {
  const line = `  ${name}`.padEnd(NAME_WIDTH) + cells.map((cell) => cell.padStart(CELL_WIDTH)).join('')
  console.log(line.trimEnd())
}

function verdict(isMet) {
  return isMet ? 'ok  ' : 'OVER'
}

function formatInteger(number) {
  return Math.round(number).toLocaleString('en')
}
