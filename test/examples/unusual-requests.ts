/** How the examples of frameworks treat large and endless bodies, and requests on their other routes. */

import { request } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { sampleEvent, signDelivery } from 'truedy-webhooks/testing'
import { expect, it } from 'vitest'
import type { Server } from '../support/driver.js'

/** The frameworks that use fetch types. */
const FETCH = ['bun-serve', 'elysia', 'deno-serve', 'sveltekit', 'astro', 'react-router', 'nuxt']
/** The examples that parse JSON on another route. */
const GREETING = ['express', 'express-4', 'fastify', 'koa', 'hono', ...FETCH]
/**
 * The examples whose framework lets the library reject an endless body. Koa prints an error for the rest of the body.
 * NestJS responds only once its parser has read everything.
 */
const ENDLESS = ['express', 'express-4', 'fastify', 'hono', 'nextjs-app', 'nextjs-pages', ...FETCH]
/** The examples whose own limits could affect a large delivery. */
const LARGE = [...new Set([...GREETING, ...ENDLESS, 'nestjs'])]

/** Below the library's limit, and above that of many frameworks. */
const LARGE_BYTES = 900_000

/**
 * The tests of a running example.
 *
 * @param example - its name
 * @param running - the example
 * @param onAccepted - receives the body of each delivery that must be processed
 */
export function testUnusualRequests(
  example: string,
  running: () => Server,
  onAccepted: (body: string) => void,
): void {
  async function deliver(event: object): Promise<void> {
    const signed = await signDelivery(event, running().secret)
    const response = await fetch(running().url, { method: 'POST', ...signed })
    expect(response.status).toBe(204)
    onAccepted(signed.body)
  }

  it.runIf(LARGE.includes(example))('accepts a large delivery', async () => {
    const event = sampleEvent('call.ended')
    await deliver({ ...event, data: { ...event.data, call_id: 'large', summary: 'x'.repeat(LARGE_BYTES) } })
  })

  it.runIf(ENDLESS.includes(example))('rejects an endless body, and continues', async () => {
    expect([413, 'hung up']).toContain(await sendWithoutEnd(running()))
    await deliver(sampleEvent('call.ended'))
  })

  it.runIf(GREETING.includes(example))('parses JSON on the other routes', async () => {
    const response = await fetch(`${running().origin}/greetings`, {
      method: 'POST',
      body: JSON.stringify({ name: 'Ada' }),
      headers: { 'content-type': 'application/json' },
    })
    expect(await response.json()).toEqual({ greeting: 'Hello Ada' })
  })
}

/** Sends a body of undeclared length until there is a response, and then some more. Returns the status. */
async function sendWithoutEnd({ url, secret }: Server): Promise<number | 'hung up' | undefined> {
  // The headers are those of another body: without a signature, the body would not be read at all.
  const { headers } = await signDelivery(sampleEvent('call.ended'), secret)
  const upload = request(url, { method: 'POST', headers })
  let isOver = false
  const answer = new Promise<number | 'hung up' | undefined>((resolve) => {
    upload.on('response', ({ statusCode }) => resolve(statusCode))
    // SvelteKit and React Router close the connection if they don't want the rest of a body.
    upload.on('error', () => resolve('hung up'))
  }).finally(() => {
    isOver = true
  })
  // Servers that keep reading after their response must not fail because of the rest.
  for (let rest = 100; rest > 0 && upload.writable; rest -= isOver ? 1 : 0) {
    upload.write('x'.repeat(16_384))
    await delay(1)
  }
  upload.destroy()
  return answer
}
