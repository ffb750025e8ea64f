import { createJobHandler } from 'truedy-webhooks'
import { startConsumer } from './consumer.js'

// If you run several workers, pass a `store` that they share.
const work = createJobHandler({
  onEvent: (event, { key }) => console.log(JSON.stringify({ processed: event.event, key })),
})

const stop = await startConsumer(work)
process.once('SIGTERM', stop)
