/**
 * The app in `nextjs-16`, with every kind of endpoint that Next.js has, built, started and developed as in its
 * documentation.
 */

import { cp, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { sampleEvent, signDelivery } from 'truedy-webhooks/testing'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { buildExample, type Server, startServer } from '../support/driver.js'
import { installHost, testEndpoint } from './endpoint.js'

const APP = join(import.meta.dirname, 'nextjs-16')

const ENDPOINTS = [
  ['a route of the App Router', '/webhooks/node'],
  ['a route on the Edge runtime', '/webhooks/edge'],
  ['a Pages API route', '/api/webhooks'],
  ['the middleware', '/webhooks/middleware'],
] as const

/** How the app is built. */
export interface NextBuild {
  /** The option of `next build` and `next dev`. */
  readonly bundler: '--turbopack' | '--webpack' | ''
  /** `proxy.js` runs on Node, `middleware.js` on the Edge runtime. */
  readonly middleware: 'proxy.js' | 'middleware.js'
}

/**
 * Installs a version of Next.js with the app in `beforeAll`. The returned function gives the path of the copy from
 * then on.
 */
export function installNext(folder: 'nextjs-15' | 'nextjs-16'): () => string {
  let directory: string
  beforeAll(async () => {
    // `create-next-app` leaves it like this. With "module" and webpack, Next.js 16 builds no route on the Edge runtime,
    // not even one that only returns a Response: "ENOENT: … route_client-reference-manifest.js".
    directory = await installHost(folder, { build: 'npm pkg delete type' })
    for (const name of ['app', 'pages']) {
      await cp(join(APP, name), join(directory, name), { recursive: true })
    }
  })
  return () => directory
}

/** The tests of the app, in production and in development. */
export function testNext(installed: () => string, { bundler, middleware }: NextBuild): void {
  beforeAll(async () => {
    for (const name of ['.next', 'middleware.js', 'proxy.js']) {
      await rm(join(installed(), name), { recursive: true, force: true })
    }
    await cp(join(APP, middleware), join(installed(), middleware))
  })

  describe('next build, without the secret, and next start', () => {
    const server = useServer(installed, 'npx next start --hostname 127.0.0.1', async () => {
      const logged = `npx next build ${bundler} >build.log 2>&1`
      await buildExample(installed(), { build: `${logged} || { cat build.log >&2; exit 1; }` })
    })

    it('builds without a warning about a Node API on the Edge runtime', async () => {
      expect(await readFile(join(installed(), 'build.log'), 'utf8')).not.toMatch(/Node\.js (API|module)/)
    })

    it('runs the middleware before a page', () => expectPage(server()))

    describe.each(ENDPOINTS)('%s', (_, path) => {
      testEndpoint(() => ({ server: server(), url: server().origin + path }))
    })
  })

  describe('next dev', () => {
    const server = useServer(installed, `npx next dev --hostname 127.0.0.1 ${bundler}`)

    it('runs the middleware before a page', () => expectPage(server()))

    it.each(ENDPOINTS)('%s accepts only valid deliveries', async (_, path) => {
      const { origin, secret, processedLines } = server()
      const before = processedLines().length
      const post = (init: RequestInit) => fetch(origin + path, { method: 'POST', ...init })
      const { body, headers } = await signDelivery(sampleEvent('call.ended'), secret)
      expect((await post({ body, headers })).status).toBe(204)
      expect((await post({ body: `${body} `, headers })).status).toBe(401)
      await vi.waitFor(() => expect(processedLines()).toHaveLength(before + 1), 5000)
    })

    it('prints no warning about a Node API on the Edge runtime', () => {
      expect(server().errorOutput()).not.toMatch(/Node\.js (API|module)/)
    })
  })
}

function useServer(installed: () => string, command: string, build = async () => {}): () => Server {
  let server: Server
  beforeAll(async () => {
    await build()
    server = await startServer(installed(), { command })
  })
  afterAll(() => server?.stop())
  return () => server
}

async function expectPage({ origin }: Server): Promise<void> {
  const page = await fetch(origin)
  expect(page.status).toBe(200)
  expect(page.headers.get('x-middleware')).toBe('ran')
}
