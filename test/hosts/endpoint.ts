/** What every endpoint must do, whatever host it runs on: the cases of `checkEndpoint`, and connections that stay usable. */

import { once } from 'node:events'
import { Agent, type IncomingMessage, request } from 'node:http'
import { join } from 'node:path'
import { checkEndpoint, endpointCases, sampleEvent, signDelivery } from 'truedy-webhooks/testing'
import { afterAll, beforeAll, expect, inject, it, vi } from 'vitest'
import { installProgram, type Launch, type Server, startServer } from '../support/driver.js'

/** An endpoint of a host. */
export interface Host extends Launch {
  /** The path of the endpoint. Default `/webhooks/truedy`. */
  readonly path?: string
  /** Whether it closes the connection of an upload that was rejected without saying so, whatever the program does. */
  readonly closesSilently?: boolean
}

/** Installs the host that stands in a folder of this one, and builds it; the path of the copy. */
export function installHost(folder: string, launch: Launch = {}): Promise<string> {
  return installProgram(join(import.meta.dirname, folder), inject('packed'), inject('hostsFolder'), launch)
}

/**
 * The tests of one endpoint: installs the host's folder, builds and starts it, and sends it all that an endpoint meets.
 *
 * The program prints one JSON line `{"handled":…,"key":…}` for each event that it has processed.
 *
 * @param folder - in `test/hosts`
 * @param host - how it is built and started
 */
export function testHost(folder: string, host: Host = {}): void {
  let server: Server

  beforeAll(async () => {
    server = await startServer(await installHost(folder, host), host)
  })
  afterAll(() => server?.stop())

  testEndpoint(() => ({ server, url: server.origin + (host.path ?? '/webhooks/truedy') }), host)
}

/** The tests of one endpoint of a server that runs. */
export function testEndpoint(
  endpoint: () => { readonly server: Server; readonly url: string },
  { answers = {}, closesSilently = false }: Pick<Host, 'answers' | 'closesSilently'> = {},
): void {
  for (const endpointCase of endpointCases) {
    const status = answers[endpointCase.name]
    it(`${endpointCase.name}: ${status ?? endpointCase.expected}`, async () => {
      const { server, url } = endpoint()
      const before = server.handledLines().length
      const [result] = await checkEndpoint(url, server.secret, [endpointCase])
      if (status === undefined) expect(result).toMatchObject({ passed: true, actual: expect.any(String) })
      else expect(result?.actual).toBe(String(status))
      if (endpointCase.expected.startsWith('2xx')) {
        await vi.waitFor(() => expect(server.handledLines().length).toBeGreaterThan(before), 5000)
      } else {
        expect(server.handledLines()).toHaveLength(before)
      }
    })
  }

  it.each([
    ['too large', 2_000_000, {}],
    ['without the headers', 200_000, {}],
    ['of another method', 200_000, { method: 'PUT' }],
  ])('takes a valid delivery after an upload that is %s', async (_, size, options) => {
    const { server, url } = endpoint()
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    try {
      for (let round = 0; round < 5; round++) {
        const rejected = await send(url, { agent, ...options }, Buffer.alloc(size, 'x'))
        expect(rejected.status, `round ${round}`).toBeGreaterThanOrEqual(400)
        const { body, headers } = await signDelivery(sampleEvent('call.ended'), server.secret)
        const delivery = () => send(url, { agent, headers }, Buffer.from(body))
        // The second attempt has a connection of its own.
        const accepted = await delivery().catch((error) =>
          closesSilently ? delivery() : Promise.reject(error),
        )
        expect(accepted.status, `round ${round}`).toBe(204)
      }
    } finally {
      agent.destroy()
    }
  })
}

/** Sends a request as a client that keeps its connections does: it reuses one unless the server closed it or says it will. */
export async function send(
  url: string,
  options: { agent: Agent; method?: string; headers?: Record<string, string> },
  body: Buffer,
): Promise<{ status: number }> {
  const outgoing = request(url, { method: 'POST', ...options })
  // A server may answer and close before all of an upload it rejects has arrived: the response counts.
  let failure: unknown
  const failed = new Promise<undefined>((resolve) =>
    outgoing.on('error', (error) => {
      failure = error
      resolve(undefined)
    }),
  )
  outgoing.end(body)
  const response = await Promise.race([
    once(outgoing, 'response').then(([message]) => message as IncomingMessage),
    failed,
  ])
  if (!response) throw failure
  response.on('error', () => {}).resume()
  await new Promise((resolve) => response.once('close', resolve))
  return { status: response.statusCode ?? 0 }
}
