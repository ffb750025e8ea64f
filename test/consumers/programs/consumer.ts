/**
 * A consumer's program that uses the types and the code of every entry. It uses neither DOM nor Node, because some
 * projects lack the types of both.
 */

import {
  callDetails,
  createReceiver,
  createWebhookHandler,
  type DedupeStore,
  isDuplicate,
  isWebhookError,
  memoryStore,
  processOnce,
  type TruedyEvent,
  verifyAndParse,
  verifySignature,
  WebhookError,
} from 'truedy-webhooks'
import { diagnose, sortedJson } from 'truedy-webhooks/diagnose'
import { createNodeHandler, verifyAndParseSync, verifySignatureSync } from 'truedy-webhooks/node'
import { mergeCall } from 'truedy-webhooks/state'
import { postgresSchema, postgresStore } from 'truedy-webhooks/stores/postgres'
import { redisStore } from 'truedy-webhooks/stores/redis'
import { sqliteSchema, sqliteStore } from 'truedy-webhooks/stores/sqlite'
import { checkEndpoint, sampleEvent, signDelivery, storeCases } from 'truedy-webhooks/testing'

declare const console: { log(text: string): void }

const SECRET = 'whsec_consumer'

/** The subject of an event: an exhaustive switch over its type. */
export function subjectOf(event: TruedyEvent): string | null | undefined {
  switch (event.event) {
    case 'call.started':
    case 'call.joined':
    case 'call.ended':
    case 'call.failed':
    case 'call.billed':
    case 'call.analyzed':
      return event.data.call?.callId ?? event.data.call_id
    case 'batch.status.changed':
    case 'batch.completed':
      return event.data.batch_id
    case 'voice.training.completed':
    case 'voice.training.failed':
      return event.data.voice_id
    case 'unknown':
      return event.rawEvent
    default: {
      const other: never = event
      return other
    }
  }
}

// Exported with inferred types: a project that emits declarations must be able to name them.
export const receive = createReceiver({
  secret: SECRET,
  store: memoryStore({ maxKeys: 100 }),
  on: {
    'call.ended': (event, { signal, key }) => {
      signal.throwIfAborted()
      const stop = () => key
      signal.addEventListener('abort', stop)
      signal.removeEventListener('abort', stop)
      return signal.aborted ? undefined : event.data.call?.summary
    },
    unknown: (event) => event.rawEvent,
  },
  onOutcome: (outcome) => {
    if (outcome.status === 'rejected') outcome.error.code satisfies string
  },
})
export const fetchHandler = createWebhookHandler({ secret: SECRET, onEvent: (event) => event.id })
export const nodeHandler = createNodeHandler({ secret: SECRET, onEvent: (_, { key }) => key })
export const check = (url: string) => checkEndpoint(url, SECRET)
export const handleOnce = (event: TruedyEvent, store: DedupeStore) =>
  processOnce(event, store, async (_, { key }) => key.length)
export const redis = redisStore(async () => 'none', { prefix: 'consumer:' })
export const postgres = postgresStore(async () => ({ rows: [] }), { table: 'deliveries' })
export const sqlite = sqliteStore(() => [])
export const schemas = [postgresSchema(), sqliteSchema()]

/** The code of a step's error if it is ours. */
async function codeOf(step: () => unknown): Promise<string> {
  try {
    await step()
    return 'none'
  } catch (error) {
    if (!isWebhookError(error)) return 'another'
    return error instanceof WebhookError ? error.code : 'of another class'
  }
}

async function main(): Promise<void> {
  const { body, headers } = await signDelivery(sampleEvent('call.ended'), SECRET)
  const event = await verifyAndParse(body, headers, SECRET)
  const verified = await verifySignature(body, headers, [SECRET, 'whsec_former'])
  const reply = await receive({ method: 'POST', headers, body })
  const processed = await handleOnce(event, memoryStore())
  const outcome = {
    subject: typeof subjectOf(event),
    call: typeof callDetails(event)?.callId,
    state: mergeCall(undefined, event)?.status,
    secretIndex: verified.ok === true ? verified.secretIndex : -1,
    twins: verifySignatureSync(body, headers, SECRET).ok && verifyAndParseSync(body, headers, SECRET).event,
    status: reply.status,
    processed: processed.status === 'processed' && processed.recorded,
    diagnosis: (await diagnose(`${body}\n`, headers, SECRET)).cause,
    sorted: sortedJson('{"b":1,"a":[]}'),
    duplicate: await isDuplicate(event, memoryStore()),
    codes: [
      await codeOf(() => verifyAndParse(body, headers, 'whsec_other')),
      await codeOf(() => verifyAndParseSync(body, headers, 'whsec_other')),
      await codeOf(() => signDelivery({}, '')),
      await codeOf(() => redis.claim('key', { owner: 'owner', leaseMs: -1 })),
      await codeOf(() => postgresSchema({ table: 'no table' })),
      await codeOf(() => sqliteSchema({ table: 'no table' })),
    ],
    storeCases: storeCases.length > 10,
  }
  console.log(JSON.stringify(outcome))
}

void main()
