/** The tools: the start time of the command line, and the time of a diagnosis. */

import { spawnSync } from 'node:child_process'
import { performance } from 'node:perf_hooks'
import { fileURLToPath } from 'node:url'
import { diagnose } from '../../dist/diagnose.js'
import { dedupeKey, parseEvent } from '../../dist/index.js'
import { makeDelivery, VARIANTS } from './deliveries.mjs'
import { median } from './measure.mjs'

const ROUNDS = 21
const PROGRAM = fileURLToPath(new URL('../../dist/cli.js', import.meta.url))
const STARTS = [
  ['--help'],
  ['listen', '--help'],
  ['send', '--help'],
  ['check', '--help'],
  ['verify', '--help'],
]

/** @returns {Promise<{ slowestStart: number, diagnosisMs: number, keyMs: number }>} a multiple of `node -e 0`; milliseconds for 100 kB and for 1 MB */
export async function measureTools() {
  const ratios = STARTS.map(() => [])
  for (let round = 0; round < ROUNDS; round++) {
    for (const [index, args] of STARTS.entries()) {
      const [ours, node] = [startMs(PROGRAM, ...args), startMs('-e', '0')]
      ratios[index].push(ours / node)
    }
  }
  return {
    slowestStart: Math.max(...ratios.map(median)),
    diagnosisMs: await diagnosisMs(),
    keyMs: measureKeys(),
  }
}

function startMs(...args) {
  const began = performance.now()
  const { status } = spawnSync(process.execPath, args, { stdio: 'ignore' })
  if (status !== 0) throw new Error(`node ${args.join(' ')} ended with ${status}.`)
  return performance.now() - began
}

/**
 * The key of an event of 1 MB: a text, and as many small parts as fit, which take the longest.
 *
 * @returns {number} milliseconds for the slowest
 */
function measureKeys() {
  const size = 1_000_000
  const payloads = [
    `"${'x'.repeat(size)}"`,
    `[${'1,'.repeat(size / 2)}1]`,
    `[${'{"a":1},'.repeat(size / 8)}1]`,
    `${'[{"a":'.repeat(size / 14)}1${'}]'.repeat(size / 14)}`,
    `[${'12345678901234567890,'.repeat(size / 21)}1]`,
  ]
  const times = payloads.map((payload) => {
    const event = parseEvent(`{"event":"agent.updated","timestamp":1,"data":{"id":"a1","x":${payload}}}`)
    return median(
      Array.from({ length: ROUNDS }, () => {
        const began = performance.now()
        dedupeKey(event)
        return performance.now() - began
      }),
    )
  })
  return Math.max(...times)
}

/** The slowest case: nothing matches, and everything is tried. */
async function diagnosisMs() {
  const { body, headers } = await makeDelivery(100_000, VARIANTS.unicode)
  const times = []
  for (let round = 0; round < ROUNDS; round++) {
    const began = performance.now()
    const { cause } = await diagnose(body, headers.truedy, 'whsec_b3RoZXIgZW5kcG9pbnQ')
    times.push(performance.now() - began)
    if (cause !== 'unknown') throw new Error(`The diagnosis is ${cause}.`)
  }
  return median(times)
}
