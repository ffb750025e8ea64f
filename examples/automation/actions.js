/** What is done for which event. */

import { createHash } from 'node:crypto'
import { createTransport } from 'nodemailer'
import { callDetails, eventIds } from 'truedy-webhooks'
import { inDatabase, outsideDatabase } from './once.js'

const { SMTP_URL, MAIL_FROM, MAIL_TO, ALERT_URL, WORKFLOW_URL } = settings(
  'SMTP_URL',
  'MAIL_FROM',
  'MAIL_TO',
  'ALERT_URL',
  'WORKFLOW_URL',
)
const TIMEOUT_MS = 10_000

/** Actions by type of event, in their order. Each has a record of its own: a job that runs again goes on where it was. */
export const actions = {
  'call.ended': { crm: inDatabase(recordCall), email: outsideDatabase(sendFollowUp) },
  'call.failed': { alert: outsideDatabase(sendAlert) },
  'batch.completed': { workflow: outsideDatabase(startWorkflow) },
  'voice.training.completed': { activation: inDatabase(activateVoice) },
}

/** Adds an activity to the CRM. Done twice, it would be there twice. */
async function recordCall(client, event) {
  // One shape, whether the payload was nested camelCase or flat snake_case.
  const { callId, agentId, durationSeconds, costUsd, endReason, summary } = callDetails(event)
  await client.query(
    `INSERT INTO crm_activities (call_id, agent_id, seconds, cost_usd, end_reason, summary)
     VALUES ($1, $2, $3, $4, $5, $6)`,
    // A text of PostgreSQL's holds every character but NUL.
    [callId, agentId, durationSeconds, costUsd, endReason, summary?.replaceAll('\0', '')],
  )
}

const mailer = createTransport({
  url: SMTP_URL,
  connectionTimeout: TIMEOUT_MS,
  greetingTimeout: TIMEOUT_MS,
  socketTimeout: TIMEOUT_MS,
})

/** Mails whoever follows up on calls. */
async function sendFollowUp(event, { key }) {
  const { callId, durationSeconds, endReason, summary } = callDetails(event)
  // There is a `call.ended` for calls that nobody answered, too.
  if (endReason === 'unjoined') return
  const id = createHash('sha256').update(key).digest('hex')
  await mailer.sendMail({
    // The same in each attempt: mail systems that look for duplicates know them by it.
    messageId: `<${id}@${MAIL_FROM.split('@').at(-1)}>`,
    from: MAIL_FROM,
    to: MAIL_TO,
    subject: `Follow up on call ${callId}`,
    text: `It took ${durationSeconds ?? '?'} seconds.\n\n${summary ?? 'There is no summary.'}\n`,
  })
}

/** Tells whoever is on duty. */
async function sendAlert(event, context) {
  const { callId, agentId, endReason, errorMessage } = callDetails(event)
  await post(ALERT_URL, { callId, agentId, endReason, errorMessage }, context)
}

/** Starts what comes after a campaign. */
async function startWorkflow(event, context) {
  const { status, totalCount, completedCount, failedCount } = event.data
  const { batchId } = eventIds(event)
  await post(WORKFLOW_URL, { batchId, status, totalCount, completedCount, failedCount }, context)
}

/** From now on calls may use the voice. */
async function activateVoice(client, event) {
  await client.query(
    `INSERT INTO voices (voice_id, is_active) VALUES ($1, true)
     ON CONFLICT (voice_id) DO UPDATE SET is_active = true`,
    [eventIds(event).voiceId],
  )
}

async function post(url, body, { key, signal }) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'idempotency-key': key },
    body: JSON.stringify(body),
    signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
  })
  // Not read to its end, it would hold the connection.
  await response.arrayBuffer()
  if (!response.ok) throw new Error(`${url} answered ${response.status}.`)
}

/** Variables of the environment, all of them there. */
function settings(...names) {
  const missing = names.filter((name) => !process.env[name])
  if (missing.length > 0) throw new Error(`Missing in the environment: ${missing.join(', ')}.`)
  return process.env
}
