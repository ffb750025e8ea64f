/** The receiver's side: adds jobs to the stream. */

import { openStreams, STREAM, SUBJECT } from './stream.js'

export async function openQueue() {
  const { connection, stream } = await openStreams()
  const queue = {
    // Resolves once the stream has stored the job. Rejects if the stream is missing or full. The response is then 500.
    add: (job) =>
      stream.publish(SUBJECT, JSON.stringify(job), {
        msgID: job.key,
        expect: { streamName: STREAM },
        timeout: 2500,
      }),
  }
  return { queue, close: () => connection.drain() }
}
