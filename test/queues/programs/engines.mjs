/** The engines by name. Only the one in use is loaded. */

import { exampleEngine } from './example.mjs'

/** @type {Readonly<Record<import('./engine.js').EngineName, () => Promise<import('./engine.js').EngineProgram>>>} */
export const engineNamed = {
  BullMQ: async () => (await import('./engines/bullmq.mjs')).bullmq,
  'pg-boss': async () => (await import('./engines/pg-boss.mjs')).pgBoss,
  'graphile-worker': async () => (await import('./engines/graphile.mjs')).graphile,
  'NATS JetStream': async () => exampleEngine('queue-nats', 'NATS_URL'),
  RabbitMQ: async () => exampleEngine('queue-rabbitmq', 'AMQP_URL'),
}
