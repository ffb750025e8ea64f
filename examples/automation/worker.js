/** Takes events from the queue and runs their actions. You can start several workers. */

import { createJobHandler } from 'truedy-webhooks'
import { actions } from './actions.js'
import { createTables, pool, store } from './database.js'
import { startWorker } from './queue.js'

await createTables()

const stopWorker = await startWorker(
  createJobHandler({
    on: actions,
    onEvent: (event, { key }) => console.log(JSON.stringify({ processed: event.event, key })),
    store,
  }),
)

// Removes expired records once an hour.
setInterval(() => store.sweep().catch(console.error), 3_600_000).unref()

/** Takes no more jobs, finishes the running ones, and exits. */
async function stop() {
  await stopWorker()
  if (!pool.ending) await pool.end()
}
process.on('SIGTERM', stop)
process.on('SIGINT', stop)
console.log('The worker is ready.')
