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
  ])('may give %s, at once or later', async (_, secret) => {
    for (const give of [() => secret, async () => secret]) {
      const receive = createReceiver({ secret: give, onEvent() {} })
      expect((await receive(await deliver())).status).toBe(204)
      expect((await receive(await deliver('whsec_other'))).status).toBe(401)
    }
  })

  it('gets the request and the further arguments, in all three adapters', async () => {
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

  it('is not called for what its headers reject', async () => {
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

  it('says with null that there is no such tenant: the 401 of a wrong signature', async () => {
    const receive = createReceiver({ secret: () => null, onEvent() {} })
    const reply = { status: 401, body: '{"error":"signature_mismatch"}' }
    expect(await receive(await deliver())).toMatchObject(reply)
    // Not even for the secret that is hashed instead.
    expect(await receive(await deliver('no such tenant'))).toMatchObject(reply)
    expect(log).not.toHaveBeenCalled()
  })

  it.each<[string, () => unknown, string]>([
    ['undefined', () => undefined, 'invalid_secret'],
    ['an empty text', () => '', 'invalid_secret'],
    ['white space around it', async () => `${SECRET}\n`, 'invalid_secret'],
  ])('that gives %s is a 500 %s, and logged', async (_, secret, code) => {
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
    ['hangs', () => new Promise(() => {})],
  ])('that %s is a 500 in time, and logged', async (_, secret) => {
    const receive = createReceiver({ secret: secret as () => Secret, onEvent() {}, stepTimeoutMs: 20 })
    expect((await receive(await deliver())).status).toBe(500)
    expect(log).toHaveBeenCalledTimes(1)
    expect(JSON.stringify(log.mock.calls)).not.toContain(SECRET)
  })

  it('lets a program start without a secret', async () => {
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
  it('is part of the key, and known to handlers and outcomes', async () => {
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

  it.each([[undefined], [''], [null], [1]])('that gives %o is a 500', async (scope) => {
    const receive = createReceiver({ secret: SECRET, scope: () => scope as never, onEvent() {} })
    expect((await receive(await deliver())).status).toBe(500)
    expect(log).toHaveBeenCalled()
  })

  it('is asked beside the secret', async () => {
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
  it('gets the text that was signed and the time that it was sent', async () => {
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
