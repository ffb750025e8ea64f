import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs'
import { createJobHandler } from 'truedy-webhooks'

const QueueUrl = process.env.QUEUE_URL

/** If a worker crashes, SQS gives its job to another one after this time. */
const VISIBILITY_S = 60
/** SQS allows at most twelve hours. */
const LONGEST_WAIT_S = 3600

// The job handler's store recognizes duplicates, because a standard queue doesn't. If you run several workers, pass a `store` that
// they share.
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
  // If this fails, another worker may get the job, too. Its job handler then waits for this one, if they share a store.
  const stillWorking = setInterval(() => setVisibility(VISIBILITY_S).catch(console.error), 20_000)
  try {
    await work(Body)
    await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }))
  } catch (error) {
    console.error(error)
    // The waits are 1, 2, 4 … seconds. After maxReceiveCount attempts, the queue's redrive policy moves the job to the dead-letter
    // queue.
    const attempt = Number(Attributes.ApproximateReceiveCount)
    await setVisibility(Math.min(2 ** (attempt - 1), LONGEST_WAIT_S))
  } finally {
    clearInterval(stillWorking)
  }
}
