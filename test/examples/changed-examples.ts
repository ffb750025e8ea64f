/** Examples that somebody changes: each is installed, changed in one place, built anew, and sent a delivery. */

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { sampleEvent, signDelivery } from 'truedy-webhooks/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildExample, installExample, type Server, startServer } from '../support/driver.js'
import { packLibrary } from '../support/package.js'
import { catalogue } from './catalogue.js'

/** A change that somebody might make to an example. */
export interface Change {
  readonly what: string
  readonly file: string
  /** What stands in the file, once; and what is put there. */
  readonly replace: readonly [string, string]
  /** What the log says then, where that is something else. */
  readonly log?: string
  /** Where the change does no harm. */
  readonly isFine?: boolean
}

/** Below the library's limit, and above that of many a framework. */
const LARGE = 900_000

/** What is said of a Request that cannot be read. */
const NOT_UNREAD = 'The body of this Request was read before'

/**
 * The tests of changed examples, and of what the same examples do with large bodies and on their other routes.
 *
 * @param changes - by the name of the example
 * @param options - `greeting`: the examples that parse JSON beside the webhook; `endless`: those whose framework lets the
 * library refuse a body without end
 */
export function describeChanges(
  changes: Readonly<Record<string, readonly Change[]>>,
  { greeting, endless }: { readonly greeting: readonly string[]; readonly endless: readonly string[] },
): void {
  let workspace: string
  let tarball: string

  beforeAll(async () => {
    workspace = await mkdtemp(join(tmpdir(), 'truedy-webhooks-wrong-setup-'))
    tarball = await packLibrary(workspace)
  })

  afterAll(() => rm(workspace, { recursive: true, force: true }))

  describe.each(Object.entries(changes))('examples/%s', (folder, changesOfIt) => {
    const launch = catalogue[folder] ?? {}
    let directory: string
    let server: Server | undefined
    const running = () => {
      if (!server) throw new Error('It was not started.')
      return server
    }

    beforeAll(async () => {
      directory = await installExample(folder, tarball, workspace, launch)
    })

    afterAll(async () => {
      await server?.stop()
      await rm(directory, { recursive: true, force: true })
    })

    describe('as it is', () => {
      beforeAll(async () => {
        server = await startServer(directory, launch)
      })

      it('takes a large delivery', async () => {
        const event = sampleEvent('call.ended')
        const data = { ...event.data, call_id: 'large', summary: 'x'.repeat(LARGE) }
        const signed = await signDelivery({ ...event, data }, running().secret)
        const response = await fetch(running().url, { method: 'POST', ...signed })
        expect(response.status).toBe(204)
      })

      it.runIf(endless.includes(folder))('refuses a body without end, and goes on', async () => {
        expect([413, 'hung up']).toContain(await sendWithoutEnd(running()))
        const signed = await signDelivery(sampleEvent('call.ended'), running().secret)
        const response = await fetch(running().url, { method: 'POST', ...signed })
        expect(response.status).toBe(204)
      })

      it.runIf(greeting.includes(folder))('parses JSON on the other routes', async () => {
        const response = await fetch(`${running().origin}/greetings`, {
          method: 'POST',
          body: JSON.stringify({ name: 'Ada' }),
          headers: { 'content-type': 'application/json' },
        })
        expect(await response.json()).toEqual({ greeting: 'Hello Ada' })
      })

      it('prints nothing on stderr', async () => {
        await running().stop()
        expect(running().errorOutput()).toBe('')
      })
    })

    it.each(changesOfIt)(
      'answers as it must where $what',
      async ({ file, replace: [before, after], isFine = false, log = NOT_UNREAD }) => {
        const source = await readFile(join(directory, file), 'utf8')
        expect(source.split(before)).toHaveLength(2)
        await writeFile(join(directory, file), source.replace(before, after))
        await buildExample(directory, launch)
        server = await startServer(directory, launch)

        const signed = await signDelivery(sampleEvent('call.ended'), server.secret)
        const response = await fetch(server.url, { method: 'POST', ...signed })
        await server.stop()
        await writeFile(join(directory, file), source)

        if (isFine) {
          expect(response.status).toBe(204)
          expect(server.errorOutput()).toBe('')
          expect(server.handledLines()).toHaveLength(1)
        } else {
          expect(response.status).toBe(500)
          expect(await response.json()).toEqual({ error: 'body_not_raw' })
          expect(server.errorOutput()).toContain(log)
          expect(server.handledLines()).toEqual([])
        }
      },
    )
  })
}

/** Sends a body that does not say how long it is, until there is an answer, and some more; its status. */
async function sendWithoutEnd({ url, secret }: Server): Promise<number | 'hung up' | undefined> {
  // Those of another body: without a signature the body would not be read at all.
  const { headers } = await signDelivery(sampleEvent('call.ended'), secret)
  const upload = request(url, { method: 'POST', headers })
  let isOver = false
  const answer = new Promise<number | 'hung up' | undefined>((resolve) => {
    upload.on('response', ({ statusCode }) => resolve(statusCode))
    // SvelteKit and React Router end the connection where the rest of a body is not wanted.
    upload.on('error', () => resolve('hung up'))
  }).finally(() => {
    isOver = true
  })
  // Servers that go on reading after their answer must not stumble over the rest.
  for (let rest = 100; rest > 0 && upload.writable; rest -= isOver ? 1 : 0) {
    upload.write('x'.repeat(16_384))
    await delay(1)
  }
  upload.destroy()
  return answer
}
