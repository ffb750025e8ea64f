import { once } from 'node:events'
import { connect, createServer, type Http2ServerRequest, type IncomingHttpHeaders } from 'node:http2'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { createNodeHandler } from '../../../src/node.js'
import { dataFrame, framesOfStream, openingFrames, resetFrame } from '../../support/http2-frames.js'
import { listenOn } from '../../support/server.js'
import { eventually } from '../support/eventually.js'
import {
  type Answer,
  describeAnswers,
  failOnUncaught,
  openSocket,
  recordOutcomes,
  SECRET,
  silent,
  type TestRequest,
  validDelivery,
} from '../support/http.js'
import { type TestOptions, withHandler } from '../support/options.js'

/** An HTTP/2 server that runs until the test ends. */
async function serve(options: TestOptions) {
  const handle = createNodeHandler(withHandler({ secret: SECRET, ...options }))
  const requests: Http2ServerRequest[] = []
  const server = createServer((request, response) => {
    requests.push(request)
    void handle(request, response)
  })
  const port = await listenOn(server)
  onTestFinished(() => void server.close())
  return { port, requests }
}

async function post(port: number, { method, headers, body }: TestRequest): Promise<Answer> {
  const session = connect(`http://127.0.0.1:${port}`)
  const isBodiless = method === 'GET' || method === 'HEAD'
  const stream = session.request({ ...headers, ':method': method, ':path': '/' }, { endStream: isBodiless })
  if (!isBodiless) stream.end(body)
  const [fields] = (await once(stream, 'response')) as [IncomingHttpHeaders]
  let text = ''
  for await (const piece of stream) text += String(piece)
  session.close()
  return {
    status: Number(fields[':status']),
    body: text,
    contentType: fields['content-type'] ?? null,
    allow: fields.allow ?? null,
    retryAfter: fields['retry-after'] ?? null,
  }
}

failOnUncaught()

describeAnswers(async (options) => {
  const { port } = await serve(options)
  return (request) => post(port, request)
})

describe('an HTTP/2 upload that is cut off', () => {
  it.each<[string, (client: Awaited<ReturnType<typeof openSocket>>) => unknown]>([
    ['is reset without an error', (client) => client.write(resetFrame(0))],
    ['is cancelled', (client) => client.write(resetFrame(8))],
    ['loses its connection', (client) => client.socket.destroy()],
  ])('is reported as failed if the stream %s', async (_, breakOff) => {
    const { onOutcome, nth } = recordOutcomes()
    const { port, requests } = await serve({ onOutcome })
    const { headers, body } = await validDelivery()
    const client = await openSocket(port)
    await client.write(Buffer.concat([openingFrames(headers), dataFrame(String(body).slice(0, 50))]))
    await eventually(() => expect(requests[0]?.readableDidRead).toBe(true))
    await breakOff(client)
    expect(await nth(1)).toMatchObject({ status: 'failed', error: { name: 'ConnectionClosed' } })
  })
})

describe('an HTTP/2 upload that is rejected', () => {
  it.each([
    ['lacks the headers', async () => ({})],
    [
      'declares a length over the limit',
      async () => ({ ...(await validDelivery()).headers, 'content-length': '9999' }),
    ],
    ['is over the limit', async () => (await validDelivery()).headers],
  ])('gets its response and is then reset if it %s', async (_, makeHeaders) => {
    const warn = vi.fn()
    process.on('warning', warn)
    onTestFinished(() => void process.off('warning', warn))
    const { port } = await serve({ maxBodyBytes: 1000, onOutcome: silent })
    const client = await openSocket(port)
    await client.write(Buffer.concat([openingFrames(await makeHeaders()), dataFrame('x'.repeat(1001))]))
    await eventually(() => expect(framesOfStream(client.received())).toContain('reset'))
    expect(framesOfStream(client.received())).toEqual(['headers', 'data', 'reset'])
    // HTTP/2 has no Connection header, and Node would warn about one.
    expect(warn).not.toHaveBeenCalled()
  })
})
