import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs'
import { createJobHandler } from 'truedy-webhooks'

const QueueUrl = process.env.QUEUE_URL

/** After this time, SQS gives a job of a worker that crashed to another one. */
const VISIBILITY_S = 60
/** SQS waits twelve hours at most. */
const LONGEST_WAIT_S = 3600

// A standard queue recognizes no duplicates: the job handler's store does. With several workers, pass a `store` that they share.
const work = createJobHandler({
  onEvent: (event, { key }) => console.log(JSON.stringify({ processed: event.event, key })),
})

const sqs = new SQSClient()
const stopping = new AbortController()
process.once('SIGTERM', () => stopping.abort())

while (!stopping.signal.aborted) {
  try {
    await Promise.all((await receive()).map(run))
  } catch (error) {
    if (stopping.signal.aborted) break
    console.error(error)
    await new Promise((resolve) => setTimeout(resolve, 1000))
  }
}
sqs.destroy()

async function receive() {
  const command = new ReceiveMessageCommand({
    QueueUrl,
    MaxNumberOfMessages: 10,
    WaitTimeSeconds: 20,
    VisibilityTimeout: VISIBILITY_S,
    MessageSystemAttributeNames: ['ApproximateReceiveCount'],
  })
  const { Messages = [] } = await sqs.send(command, { abortSignal: stopping.signal })
  return Messages
}

async function run({ Body, ReceiptHandle, Attributes }) {
  const setVisibility = (VisibilityTimeout) =>
    sqs.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout }))
  // If this fails, the job may be given to another worker, whose job handler then waits.
  const stillWorking = setInterval(() => setVisibility(VISIBILITY_S).catch(console.error), 20_000)
  try {
    await work(Body)
    await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }))
  } catch (error) {
    console.error(error)
    // 1, 2, 4 … seconds. The queue's redrive policy moves the job to a dead-letter queue after its maxReceiveCount.
    const attempt = Number(Attributes.ApproximateReceiveCount)
    await setVisibility(Math.min(2 ** (attempt - 1), LONGEST_WAIT_S))
  } finally {
    clearInterval(stillWorking)
  }
}
