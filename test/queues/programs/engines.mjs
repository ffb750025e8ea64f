/** The engines by name. Only the one in use is loaded. */

/** @type {Readonly<Record<import('./engine.js').EngineName, () => Promise<import('./engine.js').EngineProgram>>>} */
export const engineNamed = {
  BullMQ: async () => (await import('./engines/bullmq.mjs')).bullmq,
  'pg-boss': async () => (await import('./engines/pg-boss.mjs')).pgBoss,
  'graphile-worker': async () => (await import('./engines/graphile.mjs')).graphile,
  'NATS JetStream': async () => (await import('./engines/nats.mjs')).nats,
  RabbitMQ: async () => (await import('./engines/rabbitmq.mjs')).rabbitmq,
}
