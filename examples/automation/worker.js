/** Takes the events from the queue and does what is to be done for them. Start as many as you like. */

import { actions } from './actions.js'
import { createTables, pool } from './database.js'
import { store } from './once.js'
import { startConsumer } from './queue.js'

await createTables()

const consumer = await startConsumer(async ({ key, event }) => {
  const results = {}
  for (const [name, act] of Object.entries(actions[event.event] ?? {})) {
    try {
      results[name] = await act(event, `${name}:${key}`)
    } catch (error) {
      // fetch says only that it failed; why stands in its cause.
      throw new Error(`${name}: ${error.cause?.message ?? error.message}`, { cause: error })
    }
  }
  console.log(JSON.stringify({ done: event.event, key, ...results }))
})

// Once an hour, forget what need not be remembered any longer.
setInterval(() => store.sweep().catch(console.error), 3_600_000).unref()

/** Takes no more jobs, finishes those at hand, and ends. */
async function stop() {
  await consumer.close()
  if (!pool.ending) await pool.end()
}
process.on('SIGTERM', stop)
process.on('SIGINT', stop)
console.log('The worker is ready.')
