/** What every endpoint must do on any host: pass the cases of `checkEndpoint`, and keep its connections usable. */

import { join } from 'node:path'
import { dedupeKey, parseEvent } from 'truedy-webhooks'
import { checkEndpoint, endpointCases } from 'truedy-webhooks/testing'
import { afterAll, beforeAll, expect, inject, it, vi } from 'vitest'
import { installProgram, type Launch, type Server, startServer } from '../support/driver.js'
import { deliverAfterUploads, rejectedUploads } from '../support/keep-alive.js'
import { withSentBodies } from '../support/sent-bodies.js'

/** An endpoint of a host. */
export interface Host extends Launch {
  /** The path of the endpoint. Default `/webhooks/truedy`. */
  readonly path?: string
}

/** Installs the host in a folder of `test/hosts` and builds it. Returns the path of the copy. */
export function installHost(folder: string, launch: Launch = {}): Promise<string> {
  return installProgram(join(import.meta.dirname, folder), inject('packed'), inject('hostsFolder'), launch)
}

/**
 * The tests of one endpoint: installs the host's folder, builds and starts it, and sends everything that an endpoint
 * may receive.
 *
 * The program prints one JSON line `{"processed":…,"key":…}` for each event that it has processed.
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

/** The tests of one endpoint of a running server. */
export function testEndpoint(
  endpoint: () => { readonly server: Server; readonly url: string },
  { answers = {}, closesSilently = false }: Pick<Host, 'answers' | 'closesSilently'> = {},
): void {
  for (const endpointCase of endpointCases) {
    const status = answers[endpointCase.name]
    it(`responds to ${endpointCase.name} with ${status ?? endpointCase.expected}`, async () => {
      const { server, url } = endpoint()
      const before = server.processedLines().length
      const sent = await withSentBodies(() => checkEndpoint(url, server.secret, [endpointCase]))
      const [result] = sent.result
      if (status === undefined) expect(result).toMatchObject({ passed: true, actual: expect.any(String) })
      else expect(result?.actual).toBe(String(status))
      if (endpointCase.expected.startsWith('2xx')) {
        // All lines of this case, because a late one would look like a processed event of the next case.
        const keys = new Set(sent.bodies.map((body) => dedupeKey(parseEvent(body))))
        await vi.waitFor(() => {
          const lines = server.processedLines()
          expect(lines.length).toBeGreaterThan(before)
          expect(lines.map(({ key }) => key)).toEqual(expect.arrayContaining([...keys]))
        }, 5000)
      } else {
        expect(server.processedLines()).toHaveLength(before)
      }
    })
  }

  it.each(rejectedUploads)('accepts a valid delivery after an upload that is %s', async (...upload) => {
    const { server, url } = endpoint()
    const seen = await deliverAfterUploads(url, server.secret, upload, { rounds: 5, closesSilently })
    for (const { rejected } of seen) expect(rejected).toBeGreaterThanOrEqual(400)
    expect(seen.map(({ accepted }) => accepted)).toEqual(Array(5).fill(204))
  })
}
