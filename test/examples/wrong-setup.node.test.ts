/** Where a framework's own body parser gets in front of the library, the answer and the log say so. */

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sampleEvent, signDelivery } from 'truedy-webhooks/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { packLibrary } from '../support/package.js'
import { catalogue } from './catalogue.js'
import { buildExample, installExample, type Server, startServer } from './driver.js'

/** An example with one mistake made in it. */
interface WrongSetup {
  readonly mistake: string
  readonly file: string
  /** What stands in the file, once; and what is put there. */
  readonly replace: readonly [string, string]
  /** What the log must say. */
  readonly advice: string
}

const wrongSetups: Readonly<Record<string, readonly WrongSetup[]>> = {
  'express-4': [
    {
      mistake: 'express.json() comes first',
      file: 'server.js',
      replace: ['const app = express()\n', 'const app = express()\napp.use(express.json())\n'],
      advice: "mount this, or express.raw({ type: '*/*' }), before express.json()",
    },
  ],
  fastify: [
    {
      mistake: 'the JSON parser is still there',
      file: 'server.js',
      replace: ['webhooks.removeAllContentTypeParsers()\n', ''],
      advice: "Fastify: parseAs: 'buffer', no JSON parser",
    },
  ],
  koa: [
    {
      mistake: 'bodyParser() comes first',
      file: 'server.js',
      replace: ['const app = new Koa()\n', 'const app = new Koa()\napp.use(bodyParser())\n'],
      advice: 'Koa: no parser',
    },
  ],
  hono: [
    {
      mistake: 'middleware reads the body first',
      file: 'server.js',
      replace: [
        'const app = new Hono()\n',
        'const app = new Hono()\napp.use(async (context, next) => { await context.req.json(); await next() })\n',
      ],
      advice: 'No unread Request: verify first',
    },
  ],
  nestjs: [
    {
      mistake: 'rawBody is not set',
      file: 'src/main.ts',
      replace: ['rawBody: true', 'rawBody: false'],
      advice: 'NestJS: rawBody: true',
    },
  ],
  'nextjs-app': [
    {
      mistake: 'the body is read first',
      file: 'app/webhooks/truedy/route.ts',
      replace: [
        'function receive(request: Request): Promise<Response> {',
        'async function receive(request: Request): Promise<Response> {\n  await request.json()',
      ],
      advice: 'No unread Request: verify first',
    },
  ],
  'nextjs-pages': [
    {
      mistake: 'the body parser is on',
      file: 'pages/api/truedy.ts',
      replace: ['bodyParser: false', 'bodyParser: true'],
      advice: 'Next.js Pages: bodyParser: false',
    },
  ],
}

/** The examples that parse JSON beside the webhook. */
const withGreetings = ['express-4', 'fastify', 'koa', 'hono']

/** Below the library's limit, and above that of many a parser. */
const LARGE = 900_000

let workspace: string
let tarball: string

beforeAll(async () => {
  workspace = await mkdtemp(join(tmpdir(), 'truedy-webhooks-wrong-setup-'))
  tarball = await packLibrary(workspace)
})

afterAll(() => rm(workspace, { recursive: true, force: true }))

describe.each(Object.entries(wrongSetups))('examples/%s', (folder, mistakes) => {
  const launch = catalogue[folder] ?? {}
  let directory: string
  let server: Server | undefined

  beforeAll(async () => {
    directory = await installExample(folder, tarball, workspace, launch)
  })

  afterAll(async () => {
    await server?.stop()
    await rm(directory, { recursive: true, force: true })
  })

  it('takes a large delivery', async () => {
    server = await startServer(directory, launch)
    const event = sampleEvent('call.ended')
    const data = { ...event.data, call_id: 'large', summary: 'x'.repeat(LARGE) }
    const signed = await signDelivery({ ...event, data }, server.secret)
    const response = await fetch(server.url, { method: 'POST', ...signed })
    expect(response.status).toBe(204)
    await server.stop()
  })

  if (withGreetings.includes(folder)) {
    it('parses JSON on the other routes', async () => {
      server = await startServer(directory, launch)
      const response = await fetch(`${server.origin}/greetings`, {
        method: 'POST',
        body: JSON.stringify({ name: 'Ada' }),
        headers: { 'content-type': 'application/json' },
      })
      expect(await response.json()).toEqual({ greeting: 'Hello Ada' })
      await server.stop()
    })
  }

  it.each(mistakes)(
    'is told what to change where $mistake',
    async ({ file, replace: [right, wrong], advice }) => {
      const source = await readFile(join(directory, file), 'utf8')
      expect(source.split(right)).toHaveLength(2)
      await writeFile(join(directory, file), source.replace(right, wrong))
      await buildExample(directory, launch)
      server = await startServer(directory, launch)

      const signed = await signDelivery(sampleEvent('call.ended'), server.secret)
      const response = await fetch(server.url, { method: 'POST', ...signed })
      expect(response.status).toBe(500)
      expect(await response.json()).toEqual({ error: 'body_not_raw' })
      await server.stop()
      expect(server.errorOutput()).toContain(advice)
      expect(server.handledLines()).toEqual([])
      await writeFile(join(directory, file), source)
    },
  )
})
