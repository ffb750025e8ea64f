/** The handlers of the two patterns in the README. */

import { randomInt } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { config } from './config.mjs'
import { report } from './report.mjs'

/** @typedef {(event: import('truedy-webhooks').TruedyEvent, context: import('truedy-webhooks').HandlerContext) => Promise<void>} Handler */

const { pid } = process

/**
 * The effect is a call of another service, which counts. The first call is the slow part of the work; the second one
 * has the effect.
 *
 * @type {Handler}
 */
export async function callLedger(event, { signal }) {
  const id = String(event['id'])
  report({ type: 'began', pid, id })
  try {
    await post('work', id, signal)
    await post('effects', id, signal)
  } catch (error) {
    // Another worker processes the event. A handler that gives up should throw. The test also needs the other kind,
    // which reaches `complete` after losing its lease.
    if (signal.aborted && event.data['returnsWhenLost']) return
    report({ type: 'threw', pid, id })
    throw error
  }
}

/**
 * @param {string} what
 * @param {string} id
 * @param {AbortSignal} signal
 */
async function post(what, id, signal) {
  const response = await fetch(`${config.ledgerUrl}/${what}`, {
    method: 'POST',
    body: JSON.stringify({ pid, id }),
    signal,
  })
  if (!response.ok) throw new Error(`The ledger answered ${response.status}.`)
}

/**
 * The effect is a row, written in the transaction that also holds the record.
 *
 * @param {import('./worker.mjs').Transact} transact
 * @returns {Handler}
 */
export function inTransaction(transact) {
  return async (event) => {
    const id = String(event['id'])
    report({ type: 'began', pid, id })
    try {
      await delay(randomInt(5, 30))
      await transact(event)
    } catch (error) {
      report({ type: 'threw', pid, id })
      throw error
    }
  }
}
