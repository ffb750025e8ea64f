/** `truedy-webhooks/queues`: hands deliveries to the queue engine that a program already runs. */

export type { Queue, QueueJob } from '../receive/job.js'
export { type BullmqClient, bullmqQueue } from './bullmq.js'
export { type CloudflareClient, cloudflareQueue } from './cloudflare.js'
export { type GraphileClient, graphileQueue } from './graphile.js'
export { type PgBossClient, pgBossQueue } from './pg-boss.js'
