/** For projects with the types of fetch, from DOM or Node: what is passed to a framework fits its types. */

import {
  createWebhookHandler,
  memoryStore,
  processOnce,
  type TruedyEvent,
  verifyAndParse,
  verifyRequest,
} from 'truedy-webhooks'
import { signDelivery } from 'truedy-webhooks/testing'

type Handler = (request: Request) => Response | Promise<Response>

export const POST: Handler = createWebhookHandler({
  on: {
    'call.ended': async (event, { signal, key }) => {
      await fetch('https://example.com/calls', {
        method: 'POST',
        body: JSON.stringify(event.data),
        headers: { 'idempotency-key': key },
        signal,
      })
    },
  },
})

/** An object with a handler whose type is inferred, as Next.js, Workers, Bun and Deno expect it. */
export const server = { fetch: createWebhookHandler({ secret: 'whsec_consumer', onEvent() {} }) } satisfies {
  fetch: Handler
}

export async function statusOf(request: Request): Promise<number> {
  const response = await server.fetch(request)
  return response.headers.has('retry-after') ? 503 : response.status
}

export async function receive(request: Request): Promise<TruedyEvent> {
  if (request.method === 'PUT') return verifyRequest(request, 'whsec_consumer')
  return verifyAndParse(await request.arrayBuffer(), request.headers, 'whsec_consumer')
}

export async function handle(event: TruedyEvent): Promise<void> {
  await processOnce(event, memoryStore(), (_, context) => {
    const signal: AbortSignal = context.signal
    return new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
  })
}

export async function send(url: string): Promise<Response> {
  return fetch(url, { method: 'POST', ...(await signDelivery({ event: 'call.ended' }, 'whsec_consumer')) })
}
