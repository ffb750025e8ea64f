/** A consumer's program in TypeScript's own form of `require`, the one that CommonJS has wherever syntax is kept as it is. */

import webhooks = require('truedy-webhooks')
import node = require('truedy-webhooks/node')
import postgres = require('truedy-webhooks/stores/postgres')
import redis = require('truedy-webhooks/stores/redis')
import sqlite = require('truedy-webhooks/stores/sqlite')
import testing = require('truedy-webhooks/testing')

declare const console: { log(text: string): void }

const SECRET = 'whsec_consumer'

const stores: readonly webhooks.DedupeStore[] = [
  postgres.postgresStore(async () => []),
  redis.redisStore(async () => 'OK'),
  sqlite.sqliteStore(() => []),
]

async function main(): Promise<void> {
  const { body, headers } = await testing.signDelivery(testing.sampleEvent('call.ended'), SECRET)
  const event: webhooks.TruedyEvent = await webhooks.verifyAndParse(body, headers, SECRET)
  const twin = node.verifyAndParseSync(body, headers, SECRET)
  console.log(JSON.stringify([event.event, twin.event, stores.length]))
}

void main()
