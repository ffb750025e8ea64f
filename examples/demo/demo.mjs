// A receiver and a sender in one program: `npm run demo`. Both are real, and speak HTTP on this machine.

import { createServer } from 'node:http'
import { createNodeHandler } from 'truedy-webhooks/node'
import { deliver, sampleEvent, signDelivery } from 'truedy-webhooks/testing'

const SECRET = 'whsec_known_to_truedy_and_to_you_only'
const AN_HOUR_AGO = Math.floor(Date.now() / 1000) - 3600

// ---- The receiver: all that a real one needs.

const outcomes = []
const handler = createNodeHandler({
  secret: SECRET,
  // Stands for the work that an event causes: a row in the CRM, an email, an alert.
  onEvent: () => new Promise((resolve) => setTimeout(resolve, 50)),
  onOutcome: (outcome) => outcomes.push(outcome),
})
const server = createServer(handler)
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
const url = `http://127.0.0.1:${server.address().port}/webhooks/truedy`

// ---- The sender: what Truedy sends, and what others might.

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
  ['A call was created (call.started)', [204], () => sendEvent('call.started')],
  ['Somebody picked up (call.joined)', [204], () => sendEvent('call.joined')],
  ['The call is over (call.ended)', [204], async () => [await post(callEnded)]],
  ['A call failed (call.failed)', [204], () => sendEvent('call.failed')],
  ['A call was billed (call.billed)', [204], () => sendEvent('call.billed')],
  ['A campaign moved on (batch.status.changed)', [204], () => sendEvent('batch.status.changed')],
  ['A campaign is finished (batch.completed)', [204], () => sendEvent('batch.completed')],
  ['A voice is ready (voice.training.completed)', [204], () => sendEvent('voice.training.completed')],
  ['A voice is not (voice.training.failed)', [204], () => sendEvent('voice.training.failed')],
  ['A type that Truedy may add one day', [204], () => sendEvent('unknown')],
  ['The end of that call, sent once more', [204], async () => [await post(callEnded)]],
  [
    'One event twice, at the same moment',
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
    '… and the refused one, when it comes again',
    [204],
    async () => [await post(await signDelivery(other, SECRET))],
  ],
  [
    'A forgery: signed with a guessed secret',
    [401],
    async () => [await post(await signDelivery(sampleEvent('call.ended'), 'guess'))],
  ],
  [
    'A recording: genuine, but an hour old',
    [401],
    async () => [
      await post(await signDelivery(sampleEvent('call.ended'), SECRET, { timestamp: AN_HOUR_AGO })),
    ],
  ],
  [
    'Tampered with: the cost was changed on the way',
    [401],
    async () => [await post({ ...callEnded, body: cheaper(callEnded.body) })],
  ],
  [
    'Genuine, but broken off in the middle',
    [400],
    async () => [await post(await signDelivery(callEnded.body.slice(0, 99), SECRET))],
  ],
]

// ---- What the receiver made of each, in words.

function inWords(outcome) {
  switch (outcome.status) {
    case 'processed':
      return outcome.event.event === 'unknown'
        ? `handled as unknown ("${outcome.event.rawEvent}")`
        : 'handled'
    case 'duplicate':
      return 'known already, not handled again'
    case 'busy':
      return 'told to come back'
    case 'rejected':
      return `refused: ${outcome.error.code}`
    case 'failed':
      return 'failed'
  }
}

// Warns if the receiver verifies anything else than the raw body, which would explain every 401 below.
await deliver(url, sampleEvent('call.started'), { secret: SECRET })
outcomes.length = 0

console.log(`A receiver listens on ${url}\n`)
console.log(`${'What is sent'.padEnd(49)}${'Answer'.padEnd(10)}What the receiver made of it`)
let mistakes = 0
for (const [what, expected, send] of scenes) {
  outcomes.length = 0
  const statuses = await send()
  const isRight = statuses.join() === expected.join()
  if (!isRight) mistakes += 1
  const words = outcomes.map(inWords).sort().join('; ')
  const verdict = isRight ? '' : `  <- WRONG, should be ${expected.join(' + ')}`
  console.log(`${what.padEnd(49)}${statuses.join(' + ').padEnd(10)}${words}${verdict}`)
}
server.close()

console.log(
  mistakes === 0
    ? `\nAll ${scenes.length} answers are right. 2xx tells Truedy "done", 503 and 500 "send it again", 4xx "not accepted".`
    : `\n${mistakes} of ${scenes.length} answers are wrong.`,
)
process.exitCode = mistakes === 0 ? 0 : 1
