/** `truedy-webhooks/queues`: adds the jobs of a receiver to the queue engine of the program. */

export type { Queue, QueueJob } from '../receive/job.js'
export { type BullmqClient, bullmqQueue } from './bullmq.js'
export { type CloudflareClient, cloudflareQueue } from './cloudflare.js'
export { type GraphileClient, graphileQueue } from './graphile.js'
export { type PgBossClient, pgBossQueue } from './pg-boss.js'
