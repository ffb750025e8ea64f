/**
 * Common mistakes in hosted functions: the response differs from that to a forged delivery, and the log says what to
 * change.
 */

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sampleEvent, signDelivery } from 'truedy-webhooks/testing'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { installExample, type Server, startServer } from '../support/driver.js'
import { packLibrary } from '../support/package.js'
import { catalogue } from './catalogue.js'

interface Mistake {
  readonly name: string
  /** The entry of the catalogue whose function has the mistake. */
  readonly example: string
  /** The file of the function in the example. */
  readonly file: string
  readonly program: string
  /** What the log says about the fix. */
  readonly hint: string
}

const ON_EVENT = 'onEvent: (event, { key }) => console.log(JSON.stringify({ processed: event.event, key }))'

function lambda(body: string): string {
  return `
    import { createReceiver } from 'truedy-webhooks'
    const receive = createReceiver({ ${ON_EVENT} })
    export async function handler(event) {
      const { status, headers, body } = await receive({
        method: event.requestContext.http.method,
        headers: event.headers,
        body: ${body},
      })
      return { statusCode: status, headers, body }
    }`
}

const mistakes: readonly Mistake[] = [
  {
    name: 'a Cloudflare Worker reads the request first',
    example: 'cloudflare-workers',
    file: 'worker.js',
    hint: 'The body of this Request was read before',
    program: `
      import { createWebhookHandler } from 'truedy-webhooks'
      export default {
        async fetch(request, env) {
          if (request.method === 'POST') console.log(await request.json())
          return createWebhookHandler({ secret: env.TRUEDY_WEBHOOK_SECRET, ${ON_EVENT} })(request)
        },
      }`,
  },
  {
    name: 'a function in the Edge Runtime reads the request first',
    example: 'vercel-edge',
    file: 'api/webhooks/truedy.js',
    hint: 'The body of this Request was read before',
    program: `
      import { createWebhookHandler } from 'truedy-webhooks'
      export const config = { runtime: 'edge' }
      const receive = createWebhookHandler({ ${ON_EVENT} })
      export default async (request) => {
        console.log(await request.json())
        return receive(request)
      }`,
  },
  {
    name: 'a Netlify function reads the request first',
    example: 'netlify',
    file: 'netlify/functions/truedy.js',
    hint: 'The body of this Request was read before',
    program: `
      import { createWebhookHandler } from 'truedy-webhooks'
      export const config = { path: '/webhooks/truedy' }
      const receive = createWebhookHandler({ ${ON_EVENT} })
      export default async (request) => {
        console.log(await request.json())
        return receive(request)
      }`,
  },
  {
    name: 'a Lambda function parses the body',
    example: 'aws-lambda, function URL',
    file: 'index.js',
    hint: 'Lambda:',
    program: lambda(`JSON.parse(event.body ?? '{}')`),
  },
  {
    name: 'a Google Cloud Function passes the parsed body',
    example: 'google-cloud-functions',
    file: 'index.js',
    hint: 'req.rawBody',
    program: `
      import { http } from '@google-cloud/functions-framework'
      import { createReceiver } from 'truedy-webhooks'
      const receive = createReceiver({ ${ON_EVENT} })
      http('truedy', async ({ method, headers, body }, response) => {
        const reply = await receive({ method, headers, body })
        response.status(reply.status).set(reply.headers).send(reply.body)
      })`,
  },
  {
    name: 'an Azure function parses the body',
    example: 'azure-functions',
    file: 'index.js',
    hint: 'request.arrayBuffer()',
    program: `
      import { app } from '@azure/functions'
      import { createReceiver } from 'truedy-webhooks'
      const receive = createReceiver({ ${ON_EVENT} })
      app.http('truedy', {
        route: 'webhooks/truedy',
        async handler(request) {
          const { method, headers } = request
          return receive({ method, headers, body: method === 'POST' ? await request.json() : '' })
        },
      })`,
  },
]

let workspace: string
let tarball: string
let server: Server

beforeAll(async () => {
  workspace = await mkdtemp(join(tmpdir(), 'truedy-webhooks-wrong-setup-'))
  tarball = await packLibrary(workspace)
})

afterAll(() => rm(workspace, { recursive: true, force: true }))

/** Installs an example, replaces its program, and starts it. */
async function start({ example, file, program }: Omit<Mistake, 'name' | 'hint'>): Promise<void> {
  const launch = { folder: example, ...catalogue[example] }
  const directory = await installExample(launch.folder, tarball, workspace, launch)
  await writeFile(join(directory, file), program)
  server = await startServer(directory, launch)
}

describe.each(mistakes.map((mistake) => [mistake.name, mistake] as const))('if %s', (_, mistake) => {
  beforeAll(() => start(mistake))

  afterAll(() => server?.stop())

  it('responds with 500 to a valid delivery, and processes nothing', async () => {
    const signed = await signDelivery(sampleEvent('call.ended'), server.secret)
    const response = await fetch(server.url, { method: 'POST', ...signed })
    expect(response.status).toBe(500)
    expect(await response.json()).toEqual({ error: 'body_not_raw' })
    expect(server.processedLines()).toEqual([])
  })

  it('says on stderr what to change', async () => {
    await vi.waitFor(() => expect(server.errorOutput()).toContain(mistake.hint), 5000)
  })
})

describe('if a Lambda function does not decode the body', () => {
  beforeAll(() =>
    start({ example: 'aws-lambda, function URL, base64', file: 'index.js', program: lambda('event.body') }),
  )

  afterAll(() => server?.stop())

  it('responds with 401 and processes nothing', async () => {
    const signed = await signDelivery(sampleEvent('call.ended'), server.secret)
    const response = await fetch(server.url, { method: 'POST', ...signed })
    expect(response.status).toBe(401)
    expect(await response.json()).toEqual({ error: 'signature_mismatch' })
    expect(server.processedLines()).toEqual([])
  })
})
