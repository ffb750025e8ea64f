/** Sends an evening of calls to the running server: those of the last half hour at once, the rest live. */

import { setTimeout as delay } from 'node:timers/promises'
import { signDelivery } from 'truedy-webhooks/testing'
import { evening } from './evening.js'

const HALF_HOUR_MS = 1_800_000

const secret = process.env.TRUEDY_WEBHOOK_SECRET
if (!secret) {
  console.error('TRUEDY_WEBHOOK_SECRET is missing. Set it to the secret of the server.')
  process.exit(1)
}
const url = process.argv[2] ?? `http://localhost:${process.env.PORT ?? 3000}/webhooks/truedy`

const now = Date.now()
const deliveries = evening({ from: now - HALF_HOUR_MS, until: now + 6 * HALF_HOUR_MS })

console.log(`Sending three hours of calls to ${url}. Stop with Ctrl-C.`)
for (const { at, payload } of deliveries) {
  await delay(Math.max(0, at - Date.now()))
  await deliver(payload)
}

/** Sends an event until the server acknowledges it. Each attempt has a new signature, as Truedy's retries do. */
async function deliver(payload) {
  for (;;) {
    const status = await post(await signDelivery(payload, secret))
    if (status === 204) return
    console.log(`${payload.event} was not acknowledged (${status}). Sending it again in 3 seconds.`)
    await delay(3000)
  }
}

async function post({ body, headers }) {
  try {
    const response = await fetch(url, { method: 'POST', body, headers })
    return response.ok ? 204 : `${response.status} ${await response.text()}`
  } catch (error) {
    return error.cause?.message ?? error.message
  }
}
