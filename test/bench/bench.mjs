/** Measures the library beside its floor and its peers, and checks the limits. See README.md. */

import { floor, ours, peers, webFloor, webOurs } from './candidates.mjs'
import { measureColdStart } from './cold-start.mjs'
import { makeDelivery, SIZES, VARIANTS } from './deliveries.mjs'
import { COLD_START_LIMITS, FLOOR_LIMITS, MEMORY_LIMITS, PEER_LIMITS, TOOL_LIMITS } from './limits.mjs'
import { measure, requireVerifying, warmUp } from './measure.mjs'
import { measureMemoryStore } from './memory.mjs'
import { plot } from './plot.mjs'
import {
  printColdStart,
  printEnvironment,
  printLimits,
  printMemoryStore,
  printTimes,
  printTools,
} from './report.mjs'
import { measureTools } from './tools.mjs'
import { countSubtleVerify } from './webcrypto.mjs'

// For each size: enough iterations for the garbage collector to run in every round, and few enough for a run of one
// minute.
const WARM_UP_ITERATIONS = [5_000, 1_000, 200]
const ITERATIONS = [1_000, 200, 40]
const WEB_ITERATIONS = [400, 150, 40]

const NODE = [floor, ours.sync, ours.async]
const WEB = [webFloor, webOurs]

printEnvironment()
await requirePaths()

const ascii = await prepare('ascii', [...NODE, ...peers])
const unicode = await prepare('unicode', NODE)
const escaped = await prepare('escaped', NODE)

const results = []
for (const { label, nodeGroup, deliveries } of [ascii, unicode, escaped]) {
  const measured = await measureSizes(nodeGroup, deliveries)
  printTimes(`Body in ${label}`, [...nodeGroup, ...WEB], measured)
  results.push({ label, measured })
}

// The picture in the README is made by `npm run bench -- picture.svg`.
const [picture] = process.argv.slice(2)
if (picture) plot(picture, ascii.nodeGroup, new Set([ours.sync, ours.async]), results[0].measured)

// The third variant is only shown, because the limits apply to bodies that are sent as they are.
const verdicts = results
  .slice(0, 2)
  .map(({ label, measured }) => printLimits(`Limits × floor, ${label}`, FLOOR_LIMITS, measured))
verdicts.push(printLimits('Faster than every peer: ours × peer, ASCII', PEER_LIMITS, results[0].measured))
verdicts.push(printMemoryStore(measureMemoryStore(), MEMORY_LIMITS))
verdicts.push(printColdStart(measureColdStart(), COLD_START_LIMITS))
verdicts.push(printTools(await measureTools(), TOOL_LIMITS))
process.exitCode = verdicts.every(Boolean) ? 0 : 1

/** Warms up every candidate with every variant before measuring, so that the compiler has seen all kinds of strings. */
async function prepare(variant, nodeGroup) {
  const { label } = VARIANTS[variant]
  const deliveries = []
  for (const [size, { bytes }] of SIZES.entries()) {
    const delivery = await makeDelivery(bytes, VARIANTS[variant])
    for (const candidate of [...nodeGroup, ...WEB]) await requireVerifying(candidate, delivery)
    await warmUp([...nodeGroup, ...WEB], delivery, WARM_UP_ITERATIONS[size])
    deliveries.push(delivery)
  }
  return { label, nodeGroup, deliveries }
}

/** Two groups, because WebCrypto works on other threads, whose work would overlap the next candidate's time. */
async function measureSizes(nodeGroup, deliveries) {
  const measured = []
  for (const [size, delivery] of deliveries.entries()) {
    const node = await measure(nodeGroup, delivery, ITERATIONS[size])
    const web = await measure(WEB, delivery, WEB_ITERATIONS[size])
    measured.push(new Map([...node, ...web]))
  }
  return measured
}

/** Throws if a candidate uses a different path than its name says, because the comparison would be worthless. */
async function requirePaths() {
  const delivery = await makeDelivery(SIZES[0].bytes, VARIANTS.ascii)
  const onNode = await countSubtleVerify(() => ours.async.run(delivery))
  const onWeb = await countSubtleVerify(() => webOurs.run(delivery))
  if (onNode !== 0 || onWeb !== 1)
    throw new Error(`crypto.subtle.verify was called ${onNode} and ${onWeb} times.`)
  console.log(
    'Paths checked: crypto.subtle.verify is called by the WebCrypto copy, not by the one on node:crypto.',
  )
}
