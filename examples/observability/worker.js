/** Processes the jobs, each in a span of the trace that began at the receiver. */

import { context, propagation, trace } from '@opentelemetry/api'
import { callDetails, createJobHandler } from 'truedy-webhooks'
import { log, logOutcome } from './log.js'
import { startWorker } from './queue.js'
import { startTelemetry } from './telemetry.js'

const { CRM_URL } = process.env

const { telemetry, stop: stopTelemetry } = startTelemetry('truedy-worker', 9465)
const tracer = trace.getTracer('worker')

const stopWorker = await startWorker(
  // If you run several workers, pass a `store` that they share.
  createJobHandler({
    telemetry,
    on: { 'call.ended': updateCrm },
    onEvent: (event, { key }) => log.info({ processed: event.event, key, event }),
    onOutcome: logOutcome,
  }),
)

/** Sends the details of a call to the CRM, with the trace in the headers. */
async function updateCrm(event, { key, signal }) {
  if (!CRM_URL) return
  await tracer.startActiveSpan('update CRM', async (span) => {
    try {
      const headers = { 'content-type': 'application/json', 'idempotency-key': key }
      propagation.inject(context.active(), headers)
      const body = JSON.stringify(callDetails(event))
      const response = await fetch(CRM_URL, { method: 'POST', headers, body, signal })
      await response.arrayBuffer()
      if (!response.ok) throw new Error(`The CRM responded with ${response.status}.`)
    } finally {
      span.end()
    }
  })
}

/** Takes no more jobs, finishes the running ones, and exits. */
async function stop() {
  await stopWorker()
  await stopTelemetry()
}
process.on('SIGTERM', stop)
process.on('SIGINT', stop)
log.info('The worker is ready.')
