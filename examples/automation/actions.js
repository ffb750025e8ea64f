/** The actions for each event. */

import { createHash } from 'node:crypto'
import { createTransport } from 'nodemailer'
import { callDetails, eventIds } from 'truedy-webhooks'
import { pool, writeOnce } from './database.js'

const { SMTP_URL, MAIL_FROM, MAIL_TO, ALERT_URL, WORKFLOW_URL } = process.env
for (const [name, value] of Object.entries({ SMTP_URL, MAIL_FROM, MAIL_TO, ALERT_URL, WORKFLOW_URL })) {
  if (!value) throw new Error(`${name} is missing. Set it in the environment.`)
}
const TIMEOUT_MS = 10_000

/**
 * The handlers. If one throws, the whole job runs again. So an action whose repetition does harm, such as an email, comes
 * last.
 */
export const actions = {
  async 'call.ended'(event, { key }) {
    await writeOnce(event, `crm:${key}`, (client) => recordCall(client, event))
    await sendFollowUp(event, key)
  },
  'call.failed'(event, context) {
    const { callId, agentId, endReason, errorMessage } = callDetails(event)
    return post(ALERT_URL, { callId, agentId, endReason, errorMessage }, context)
  },
  'batch.completed'(event, context) {
    const { status, totalCount, completedCount, failedCount } = event.data
    const { batchId } = eventIds(event)
    return post(WORKFLOW_URL, { batchId, status, totalCount, completedCount, failedCount }, context)
  },
  // This needs no record, because running it twice changes nothing.
  'voice.training.completed': (event) =>
    pool.query(
      `INSERT INTO voices (voice_id, is_active) VALUES ($1, true)
       ON CONFLICT (voice_id) DO UPDATE SET is_active = true`,
      [eventIds(event).voiceId],
    ),
}

/** Adds an activity to the CRM. */
async function recordCall(client, event) {
  // callDetails returns the same fields for both shapes of the payload: nested camelCase and flat snake_case.
  const { callId, agentId, durationSeconds, costUsd, endReason, summary } = callDetails(event)
  await client.query(
    `INSERT INTO crm_activities (call_id, agent_id, seconds, cost_usd, end_reason, summary)
     VALUES ($1, $2, $3, $4, $5, $6)`,
    // PostgreSQL's text can hold every character except NUL.
    [callId, agentId, durationSeconds, costUsd, endReason, summary?.replaceAll('\0', '')],
  )
}

const mailer = createTransport({
  url: SMTP_URL,
  connectionTimeout: TIMEOUT_MS,
  greetingTimeout: TIMEOUT_MS,
  socketTimeout: TIMEOUT_MS,
})

async function sendFollowUp(event, key) {
  const { callId, durationSeconds, endReason, summary } = callDetails(event)
  // `call.ended` also arrives for calls that nobody joined.
  if (endReason === 'unjoined') return
  const id = createHash('sha256').update(key).digest('hex')
  await mailer.sendMail({
    // The same id in each attempt. Mail systems that look for duplicates recognize it.
    messageId: `<${id}@${MAIL_FROM.split('@').at(-1)}>`,
    from: MAIL_FROM,
    to: MAIL_TO,
    subject: `Follow up on call ${callId}`,
    text: `It took ${durationSeconds ?? '?'} seconds.\n\n${summary ?? 'There is no summary.'}\n`,
  })
}

async function post(url, body, { key, signal }) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'idempotency-key': key },
    body: JSON.stringify(body),
    signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
  })
  // An unread body would keep the connection busy.
  await response.arrayBuffer()
  if (!response.ok) throw new Error(`${url} responded with ${response.status}.`)
}
