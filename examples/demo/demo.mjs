// A receiver and a sender in one program. The sender sends real HTTP requests to the receiver on this machine. Run it with
// `npm run demo`.

import { createServer } from 'node:http'
import { createNodeHandler } from 'truedy-webhooks/node'
import { deliver, sampleEvent, signDelivery } from 'truedy-webhooks/testing'

const SECRET = 'whsec_known_to_truedy_and_to_you_only'
/** The width of the first column, so that each line fits into 80 characters. */
const COLUMN = 40
const AN_HOUR_AGO = Math.floor(Date.now() / 1000) - 3600

// ---- The receiver. A real one needs no more code than this.

const outcomes = []
const handler = createNodeHandler({
  secret: SECRET,
  // Your code goes here. It may write a row to the CRM, send an email or alert somebody.
  onEvent: () => new Promise((resolve) => setTimeout(resolve, 50)),
  onOutcome: (outcome) => outcomes.push(outcome),
})
const server = createServer(handler)
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
const url = `http://127.0.0.1:${server.address().port}/webhooks/truedy`

// ---- The sender: events as Truedy sends them, and requests that an attacker might send.

async function post({ body, headers }) {
  const response = await fetch(url, { method: 'POST', body, headers })
  return response.status
}

async function sendEvent(name) {
  return [await post(await signDelivery(sampleEvent(name), SECRET))]
}

const callEnded = await signDelivery(sampleEvent('call.ended'), SECRET)
const other = sampleEvent('call.ended')
const cheaper = (body) => body.replace('"costUsd": 0.12', '"costUsd": 0.01')

const scenes = [
  ['call.started', [204], () => sendEvent('call.started')],
  ['call.joined', [204], () => sendEvent('call.joined')],
  ['call.ended', [204], async () => [await post(callEnded)]],
  ['call.failed', [204], () => sendEvent('call.failed')],
  ['call.billed', [204], () => sendEvent('call.billed')],
  ['batch.status.changed', [204], () => sendEvent('batch.status.changed')],
  ['batch.completed', [204], () => sendEvent('batch.completed')],
  ['voice.training.completed', [204], () => sendEvent('voice.training.completed')],
  ['voice.training.failed', [204], () => sendEvent('voice.training.failed')],
  ['An event type of a later version', [204], () => sendEvent('unknown')],
  ['The same call.ended, delivered again', [204], async () => [await post(callEnded)]],
  [
    'One event, two deliveries at once',
    [204, 503],
    async () => {
      const statuses = await Promise.all([
        post(await signDelivery(other, SECRET)),
        post(await signDelivery(other, SECRET)),
      ])
      return statuses.sort()
    },
  ],
  [
    'A retry of the delivery that got a 503',
    [204],
    async () => [await post(await signDelivery(other, SECRET))],
  ],
  [
    'Forged: signed with a guessed secret',
    [401],
    async () => [await post(await signDelivery(sampleEvent('call.ended'), 'guess'))],
  ],
  [
    'Replayed: captured an hour ago',
    [401],
    async () => [
      await post(await signDelivery(sampleEvent('call.ended'), SECRET, { timestamp: AN_HOUR_AGO })),
    ],
  ],
  [
    'Tampered with: the cost was changed',
    [401],
    async () => [await post({ ...callEnded, body: cheaper(callEnded.body) })],
  ],
  [
    'Signed by Truedy, but not complete JSON',
    [400],
    async () => [await post(await signDelivery(callEnded.body.slice(0, 99), SECRET))],
  ],
]

// ---- The output: one line for each scene.

function inWords(outcome) {
  switch (outcome.status) {
    case 'processed':
      return outcome.event.event === 'unknown' ? `processed: "${outcome.event.rawEvent}"` : 'processed'
    case 'duplicate':
      return 'duplicate'
    case 'busy':
      return 'busy'
    case 'rejected':
      return `rejected: ${outcome.error.code}`
    case 'failed':
      return 'failed'
  }
}

// `deliver` warns if the receiver verifies a re-serialized body instead of the raw one. That would explain every 401 below.
await deliver(url, sampleEvent('call.started'), { secret: SECRET })
outcomes.length = 0

console.log(`The receiver listens on ${url}.\n`)
console.log(`${'Delivery'.padEnd(COLUMN)}${'Response'.padEnd(11)}Outcome`)
let mistakes = 0
for (const [what, expected, send] of scenes) {
  outcomes.length = 0
  const statuses = await send()
  const isRight = statuses.join() === expected.join()
  if (!isRight) mistakes += 1
  const words = outcomes.map(inWords).sort().join('; ')
  const verdict = isRight ? '' : `  ← WRONG, expected ${expected.join(' + ')}`
  console.log(`${what.padEnd(COLUMN)}${statuses.join(' + ').padEnd(11)}${words}${verdict}`)
}
server.close()

console.log(
  mistakes === 0
    ? `\nAll ${scenes.length} responses are right. 2xx tells Truedy the event is done,\n500 and 503 ask for a retry, and 4xx rejects the delivery.`
    : `\n${mistakes} of ${scenes.length} responses are wrong.`,
)
process.exitCode = mistakes === 0 ? 0 : 1
