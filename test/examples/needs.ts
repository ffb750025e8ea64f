/** The servers that examples need, in the form that a `Launch` takes. */

import type { Need } from '../support/driver.js'
import { startMariaDb } from '../support/mariadb-server.js'
import { startNats } from '../support/nats-server.js'
import { startPostgres } from '../support/postgres-server.js'
import { startRabbitMq } from '../support/rabbitmq-server.js'
import { startRedis } from '../support/redis-server.js'
import { startDynamoDb } from './dynamodb-server.js'

export function needDynamoDb(): Promise<Need> {
  return startDynamoDb()
}

export async function needMariaDb(): Promise<Need> {
  const { url, stop } = await startMariaDb()
  return { env: { DATABASE_URL: url }, stop }
}

export async function needNats(): Promise<Need> {
  const { port, stop } = await startNats()
  return { env: { NATS_URL: `nats://127.0.0.1:${port}` }, stop }
}

export async function needPostgres(): Promise<Need> {
  const { url, stop } = await startPostgres()
  return { env: { DATABASE_URL: url }, stop }
}

export async function needRabbitMq(): Promise<Need> {
  const { url, stop } = await startRabbitMq()
  return { env: { AMQP_URL: url }, stop }
}

export async function needRedis(): Promise<Need> {
  const { port, stop } = await startRedis()
  return { env: { REDIS_URL: `redis://127.0.0.1:${port}` }, stop }
}
