/** RabbitMQ with the code of `examples/queue-rabbitmq`. */

import { importExample } from '../example.mjs'

/** @type {import('../engine.js').EngineProgram} */
export const rabbitmq = {
  async openQueue(url) {
    process.env['AMQP_URL'] = url
    const { openQueue } = await importExample('queue-rabbitmq/publisher.js')
    return openQueue()
  },

  async startWorker(url, work) {
    // The example prints what fails, which is part of the tests.
    console.error = () => {}
    process.env['AMQP_URL'] = url
    const { startConsumer } = await importExample('queue-rabbitmq/consumer.js')
    return startConsumer(work)
  },
}
