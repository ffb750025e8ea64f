/**
 * A stand-in for SQS that speaks its protocol: one standard queue in memory. It shows that the programs of the example
 * run. It does not test what SQS itself promises.
 */

import { createHash, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import { json } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'
import type { Need } from '../support/driver.js'
import { listenOn } from '../support/server.js'

interface Message {
  readonly id: string
  readonly body: string
  receives: number
  visibleAt: number
}

/** The parts of requests that the example uses. */
interface Call {
  readonly MessageBody: string
  readonly ReceiptHandle: string
  readonly VisibilityTimeout: number
}

const md5 = (text: string) => createHash('md5').update(text).digest('hex')

export async function startSqs(): Promise<Need> {
  const messages = new Map<string, Message>()
  const actions: Record<string, (call: Call) => object | Promise<object>> = {
    'AmazonSQS.SendMessage'({ MessageBody: body }) {
      const id = randomUUID()
      messages.set(id, { id, body, receives: 0, visibleAt: 0 })
      return { MessageId: id, MD5OfMessageBody: md5(body) }
    },
    async 'AmazonSQS.ReceiveMessage'({ VisibilityTimeout }) {
      const visible = () => [...messages.values()].filter(({ visibleAt }) => visibleAt <= Date.now())
      if (visible().length === 0) await delay(100)
      return {
        Messages: visible()
          .slice(0, 10)
          .map((message) => receive(message, VisibilityTimeout)),
      }
    },
    'AmazonSQS.ChangeMessageVisibility'({ ReceiptHandle, VisibilityTimeout }) {
      const message = messages.get(ReceiptHandle)
      if (message) message.visibleAt = Date.now() + VisibilityTimeout * 1000
      return {}
    },
    'AmazonSQS.DeleteMessage'({ ReceiptHandle }) {
      messages.delete(ReceiptHandle)
      return {}
    },
  }

  function receive(message: Message, visibilityTimeout: number): object {
    message.receives += 1
    message.visibleAt = Date.now() + visibilityTimeout * 1000
    return {
      MessageId: message.id,
      ReceiptHandle: message.id,
      Body: message.body,
      MD5OfBody: md5(message.body),
      Attributes: { ApproximateReceiveCount: String(message.receives) },
    }
  }

  async function answer(request: IncomingMessage): Promise<[status: number, body: object]> {
    const action = actions[String(request.headers['x-amz-target'])]
    if (!action) return [400, { __type: 'com.amazonaws.sqs#UnsupportedOperation' }]
    return [200, await action((await json(request)) as Call)]
  }

  const server = createServer(async (request, response) => {
    const [status, body] = await answer(request)
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' }).end(JSON.stringify(body))
  })
  const port = await listenOn(server)
  return {
    env: {
      QUEUE_URL: `http://127.0.0.1:${port}/000000000000/truedy-events`,
      AWS_ENDPOINT_URL_SQS: `http://127.0.0.1:${port}/`,
      AWS_REGION: 'eu-central-1',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
    },
    async stop() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}
