import { env } from 'cloudflare:workers'
import { createJobHandler, createWebhookHandler } from 'truedy-webhooks'
import { cloudflareQueue } from 'truedy-webhooks/queues'
import { sqliteStore } from 'truedy-webhooks/stores/sqlite'

// The producer. It acknowledges a delivery once the queue has it.
const receive = createWebhookHandler({
  secret: () => env.TRUEDY_WEBHOOK_SECRET,
  queue: cloudflareQueue(env.JOBS),
})

const store = sqliteStore(async (sql, params) => {
  const statement = env.DB.prepare(sql).bind(...params)
  const { results } = await statement.all()
  return results
})

// The consumer. It needs a store, because Cloudflare Queues doesn't recognize duplicates.
const work = createJobHandler({
  store,
  onEvent: (event, { key }) => console.log(JSON.stringify({ processed: event.event, key })),
})

export default {
  fetch(request) {
    const { pathname } = new URL(request.url)
    if (pathname !== '/webhooks/truedy') return new Response(null, { status: 404 })
    return receive(request)
  },

  /** Acknowledges each message separately, so that a failed one doesn't bring back the others of its batch. */
  async queue({ messages }) {
    for (const message of messages) {
      try {
        await work(message.body)
        message.ack()
      } catch {
        // The waits are 1, 2, 4 … seconds, at most 30 minutes. The job handler has logged the error.
        message.retry({ delaySeconds: Math.min(2 ** (message.attempts - 1), 1800) })
      }
    }
  },

  /** Removes expired records. Runs once an hour. */
  async scheduled() {
    await store.sweep()
  },
}
