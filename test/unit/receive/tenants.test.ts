/** Secrets and scopes that depend on the request. */

import { afterEach, beforeEach, describe, expect, it, type MockInstance, vi } from 'vitest'
import {
  createReceiver,
  createWebhookHandler,
  type Delivery,
  dedupeKey,
  type Outcome,
  parseEvent,
  type Secret,
} from '../../../src/index.js'
import { createNodeHandler } from '../../../src/node.js'
import { sampleEvent, signDelivery } from '../../../src/testing/index.js'
import { serve } from '../support/http.js'

const SECRET = 'whsec_acme'

async function deliver(secret = SECRET, event: object = sampleEvent('call.ended')): Promise<Delivery> {
  const { body, headers } = await signDelivery(event, secret)
  return { method: 'POST', headers, body }
}

let log: MockInstance<typeof console.error>
beforeEach(() => {
  log = vi.spyOn(console, 'error').mockReturnValue()
})
afterEach(() => log.mockRestore())

describe('a secret that is a function', () => {
  it.each<[string, Secret]>([
    ['a secret', SECRET],
    ['a list of secrets', ['whsec_new', SECRET]],
  ])('may return %s, directly or as a promise', async (_, secret) => {
    for (const give of [() => secret, async () => secret]) {
      const receive = createReceiver({ secret: give, onEvent() {} })
      expect((await receive(await deliver())).status).toBe(204)
      expect((await receive(await deliver('whsec_other'))).status).toBe(401)
    }
  })

  it('receives the request and the further arguments in all three adapters', async () => {
    const { body, headers } = await signDelivery(sampleEvent('call.ended'), SECRET)
    const calls: unknown[] = []
    const options = {
      secret: (request: unknown, ...args: unknown[]) => {
        calls.push(request, args)
        return SECRET
      },
      onEvent: (_: unknown, context: { request: unknown; args: readonly unknown[]; secretIndex: number }) => {
        calls.push(context.request, context.args, context.secretIndex)
      },
      onOutcome: (_: Outcome, delivery: { request: unknown; args: readonly unknown[] }) => {
        calls.push(delivery.request, delivery.args)
      },
    }
    const env = { name: 'env' }
    const seen = (request: unknown) => [request, [env, 1], request, [env, 1], 0, request, [env, 1]]

    const delivery = { method: 'POST', headers, body }
    await createReceiver<[object, number]>(options)(delivery, env, 1)
    expect(calls.splice(0)).toEqual(seen(delivery))

    const request = new Request('http://localhost/', { method: 'POST', headers, body })
    await createWebhookHandler<[object, number]>(options)(request, env, 1)
    expect(calls.splice(0)).toEqual(seen(request))

    const handle = createNodeHandler<[object, number]>(options)
    let incoming: unknown
    const { url } = await serve((nodeRequest, response) => {
      incoming = nodeRequest
      return handle(nodeRequest, response, env, 1)
    })
    expect((await fetch(url, { method: 'POST', headers, body })).status).toBe(204)
    expect(calls).toHaveLength(7)
    expect(calls[0]).toBe(incoming)
    expect(calls[6]).toEqual([env, 1])
  })

  it('is not called for a request that is rejected for its headers', async () => {
    const secret = vi.fn(() => SECRET)
    const receive = createReceiver({ secret, onEvent() {}, maxBodyBytes: 1000 })
    const valid = await deliver()
    const headers = valid.headers as Record<string, string>
    const old = { ...headers, 'x-truedy-timestamp': '1000000000' }
    for (const wrong of [
      { ...valid, method: 'GET' },
      { ...valid, headers: {} },
      { ...valid, headers: { ...headers, 'x-truedy-signature': 'x' } },
      { ...valid, headers: old },
      { ...valid, headers: { ...headers, 'content-length': '1001' } },
    ]) {
      expect((await receive(wrong)).status).toBeGreaterThanOrEqual(400)
    }
    expect(secret).not.toHaveBeenCalled()
  })

  it('responds with 401 if it returns null', async () => {
    const receive = createReceiver({ secret: () => null, onEvent() {} })
    const reply = { status: 401, body: '{"error":"signature_mismatch"}' }
    expect(await receive(await deliver())).toMatchObject(reply)
    // The secret that the receiver hashes instead must not be accepted either.
    expect(await receive(await deliver('no such tenant'))).toMatchObject(reply)
    expect(log).not.toHaveBeenCalled()
  })

  it.each<[string, () => unknown, string]>([
    ['undefined', () => undefined, 'invalid_secret'],
    ['an empty string', () => '', 'invalid_secret'],
    ['a secret with white space around it', async () => `${SECRET}\n`, 'invalid_secret'],
  ])('that returns %s causes a 500 %s and a log line', async (_, secret, code) => {
    const receive = createReceiver({ secret: secret as () => Secret, onEvent() {} })
    expect(await receive(await deliver())).toMatchObject({ status: 500, body: `{"error":"${code}"}` })
    expect(log).toHaveBeenCalled()
  })

  it('that gives undefined is named in the log, with what to return', async () => {
    await createReceiver({ secret: () => undefined, onEvent() {} })(await deliver())
    expect(String(log.mock.calls[0]?.[1])).toContain('The function `secret` returned undefined.')
  })

  it.each<[string, () => unknown]>([
    [
      'throws',
      () => {
        throw new Error('The vault is sealed.')
      },
    ],
    ['rejects', () => Promise.reject(new Error('The vault is sealed.'))],
    ['never settles', () => new Promise(() => {})],
  ])('causes a 500 in time and a log line if it %s', async (_, secret) => {
    const receive = createReceiver({ secret: secret as () => Secret, onEvent() {}, stepTimeoutMs: 20 })
    expect((await receive(await deliver())).status).toBe(500)
    expect(log).toHaveBeenCalledTimes(1)
    expect(JSON.stringify(log.mock.calls)).not.toContain(SECRET)
  })

  it('allows a program to start without a secret', async () => {
    vi.stubEnv('TRUEDY_WEBHOOK_SECRET', undefined)
    const receive = createReceiver({
      secret: () => process.env['TRUEDY_WEBHOOK_SECRET'],
      onEvent() {},
    })
    expect((await receive(await deliver())).status).toBe(500)
    vi.stubEnv('TRUEDY_WEBHOOK_SECRET', SECRET)
    expect((await receive(await deliver())).status).toBe(204)
    vi.unstubAllEnvs()
  })
})

describe('a scope that is a function', () => {
  it('becomes part of the key, and handlers and outcomes receive it', async () => {
    const event = sampleEvent('call.ended')
    const seen: unknown[] = []
    const receive = createReceiver<[string]>({
      secret: SECRET,
      scope: (_, tenant) => tenant,
      onEvent: (_, { key, scope }) => seen.push([key, scope]),
      onOutcome: (outcome) => seen.push('scope' in outcome && outcome.scope),
    })
    const key = dedupeKey(parseEvent(event))
    for (const tenant of ['acme', 'other', 'acme']) {
      expect((await receive(await deliver(SECRET, event), tenant)).status).toBe(204)
    }
    expect(seen).toEqual([[`@acme/${key}`, 'acme'], 'acme', [`@other/${key}`, 'other'], 'other', 'acme'])
  })

  it.each([[undefined], [''], [null], [1]])('causes a 500 if it returns %o', async (scope) => {
    const receive = createReceiver({ secret: SECRET, scope: () => scope as never, onEvent() {} })
    expect((await receive(await deliver())).status).toBe(500)
    expect(log).toHaveBeenCalled()
  })

  it('runs in parallel with the secret function', async () => {
    let asked = 0
    const both = () =>
      new Promise<string>((resolve) => {
        asked += 1
        if (asked === 2) release()
        waiting.push(() => resolve(SECRET))
      })
    const waiting: (() => void)[] = []
    const release = () =>
      void queueMicrotask(() => {
        for (const resolve of waiting) resolve()
      })
    const receive = createReceiver({ secret: both, scope: both, onEvent() {} })
    expect((await receive(await deliver())).status).toBe(204)
  })
})

describe('a handler', () => {
  it('receives the signed text and the time when the delivery was sent', async () => {
    const { body, headers } = await signDelivery(sampleEvent('call.ended'), SECRET)
    const onEvent = vi.fn()
    await createReceiver({ secret: SECRET, onEvent })({ method: 'POST', headers, body })
    expect(onEvent).toHaveBeenCalledWith(
      expect.anything(),
      expect.objectContaining({
        rawBody: body,
        sentAt: new Date(Number(headers['x-truedy-timestamp']) * 1000),
        scope: undefined,
        secretIndex: 0,
        args: [],
      }),
    )
  })
})
