/** NATS JetStream with the code of `examples/queue-nats`. */

import { importExample } from '../example.mjs'

/** @type {import('../engine.js').EngineProgram} */
export const nats = {
  async openQueue(url) {
    process.env['NATS_URL'] = url
    const { openQueue } = await importExample('queue-nats/publisher.js')
    return openQueue()
  },

  async startWorker(url, work) {
    // The example prints what fails, which is part of the tests.
    console.error = () => {}
    process.env['NATS_URL'] = url
    const { startConsumer } = await importExample('queue-nats/consumer.js')
    return startConsumer(work)
  },
}
