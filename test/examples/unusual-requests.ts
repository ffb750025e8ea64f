/** What the examples of frameworks do with large and endless bodies, and on their other routes. */

import { request } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { sampleEvent, signDelivery } from 'truedy-webhooks/testing'
import { expect, it } from 'vitest'
import type { Server } from '../support/driver.js'

/** The fetch frameworks. */
const FETCH = ['bun-serve', 'elysia', 'deno-serve', 'sveltekit', 'astro', 'react-router', 'nuxt']
/** Those that parse JSON beside the webhook. */
const GREETING = ['express', 'express-4', 'fastify', 'koa', 'hono', ...FETCH]
/**
 * Those whose framework lets the library reject a body without end. Koa prints that the rest of the body is no request. NestJS answers
 * only when its parser has read to the end.
 */
const ENDLESS = ['express', 'express-4', 'fastify', 'hono', 'nextjs-app', 'nextjs-pages', ...FETCH]
/** Those whose own limits a large delivery could meet. */
const LARGE = [...new Set([...GREETING, ...ENDLESS, 'nestjs'])]

/** Below the library's limit, and above that of many a framework. */
const LARGE_BYTES = 900_000

/**
 * The tests of an example that runs.
 *
 * @param example - its name
 * @param running - the example
 * @param onAccepted - gets the body of each delivery that must be processed
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

  it.runIf(LARGE.includes(example))('takes a large delivery', async () => {
    const event = sampleEvent('call.ended')
    await deliver({ ...event, data: { ...event.data, call_id: 'large', summary: 'x'.repeat(LARGE_BYTES) } })
  })

  it.runIf(ENDLESS.includes(example))('rejects a body without end, and goes on', async () => {
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
