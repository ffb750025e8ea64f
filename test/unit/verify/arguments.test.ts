/** Every function that verifies throws an error that names the wrong argument. */

import { describe, expect, it } from 'vitest'
import { createReceiver, verifyAndParse, verifySignature, WebhookError } from '../../../src/index.js'
import { verifyAndParseSync } from '../../../src/node.js'
import { signDelivery } from '../../../src/testing/index.js'

const SECRET = 'whsec_arguments'
const BODY = '{"event":"call.ended","timestamp":1,"data":{}}'

/** Functions that throw, or return, a failure. */
const FUNCTIONS: Readonly<Record<string, (...args: readonly never[]) => unknown>> = {
  verifyAndParse,
  verifyAndParseSync,
  verifySignature: async (...args) => {
    const verification = await verifySignature(...(args as unknown as Parameters<typeof verifySignature>))
    if (!verification.ok) throw new WebhookError(verification.code, verification.message)
  },
}

interface Row {
  readonly code: string
  readonly message: RegExp
  readonly body?: unknown
  readonly headers?: unknown
  readonly secret?: unknown
  readonly options?: unknown
}

const options = (given: object, message: RegExp): Row => ({
  code: 'invalid_options',
  message,
  options: given,
})

const ROWS: Readonly<Record<string, Row>> = {
  'headers that are null': {
    code: 'invalid_options',
    message: /^headers must be the request's headers \(got null\)/,
    headers: null,
  },
  'headers that are missing': {
    code: 'invalid_options',
    message: /^headers .* \(got undefined\)/,
    headers: undefined,
  },
  'headers that are a string': {
    code: 'invalid_options',
    message: /^headers must be the request's headers \(got /,
    headers: 'x-truedy-signature: 1',
  },
  'a body with half a surrogate pair': {
    code: 'body_not_raw',
    message: /half a surrogate pair.* Pass the bytes\.$/,
    body: `${BODY}\ud800`,
  },
  'a secret that is null': {
    code: 'invalid_secret',
    message: /^The secret is null\. Set TRUEDY_WEBHOOK_SECRET/,
    secret: null,
  },
  'a secret that is the string "null"': {
    code: 'invalid_secret',
    message: /^The secret is the string "null"\. Set TRUEDY_WEBHOOK_SECRET/,
    secret: 'null',
  },
  'a secret that is missing': {
    code: 'invalid_secret',
    message: /^The secret is missing\. Set TRUEDY_WEBHOOK_SECRET/,
    secret: undefined,
  },
  'a secret that is the string "undefined"': {
    code: 'invalid_secret',
    message: /^The secret is the string "undefined"\. Set/,
    secret: 'undefined',
  },
  'a secret that is a number': { code: 'invalid_secret', message: /^The secret must be a string/, secret: 1 },
  'an empty secret': {
    code: 'invalid_secret',
    message: /^The secret is an empty string\. Set/,
    secret: '',
  },
  'headers under custom names': {
    code: 'missing_timestamp',
    message: /^The X-Mine header is missing\./,
    options: { headerNames: { timestamp: 'X-Mine', signature: 'x-truedy-signature' } },
  },
  'a clock that is not a function': options({ now: 1 }, /^now must be a function/),
  'a clock that returns NaN': options(
    { now: () => Number.NaN },
    /^now's result must be finite milliseconds since 1970 \(got NaN\)/,
  ),
  'a clock that throws': options(
    {
      now: () => {
        throw new Error('private')
      },
    },
    /^Reading the arguments failed: /,
  ),
  'header names that are not an object': options({ headerNames: 'x' }, /^headerNames must be/),
  'a timestamp header name that is not a string': options(
    { headerNames: { timestamp: 1, signature: 'x' } },
    /^headerNames\.timestamp must be/,
  ),
  'a missing signature header name': options(
    { headerNames: { timestamp: 'x' } },
    /^headerNames\.signature must be/,
  ),
}

/** Secrets that can only be mistakes. */
const WRONG_SECRETS = [
  undefined,
  'undefined',
  null,
  'null',
  1,
  '',
  ' x',
  'x\n',
  '[object Object]',
  'whsec_',
  'a${',
]

describe.each(Object.entries(FUNCTIONS))('%s', (_, verify) => {
  it.each(WRONG_SECRETS)('names the position of the invalid secret %j in a list', async (wrong) => {
    const { headers } = await signDelivery(BODY, SECRET)
    for (const secret of [
      [SECRET, wrong],
      [wrong, SECRET, SECRET],
    ]) {
      const call = async () => verify(...([BODY, headers, secret] as never[]))
      const error = await call().catch((reason: unknown) => reason)
      const place = `Secret ${secret.indexOf(wrong) + 1} of ${secret.length}`
      expect(error).toMatchObject({
        code: 'invalid_secret',
        message: expect.stringMatching(`^${place} .*\\. [A-Z].*\\.$`),
      })
    }
  })

  it.each(Object.entries(ROWS))('rejects %s', async (__, row) => {
    const signed = await signDelivery(BODY, SECRET)
    const { code, message, ...changed } = row
    const given = { body: BODY, headers: signed.headers, secret: SECRET, options: undefined, ...changed }
    const call = async () => verify(...([given.body, given.headers, given.secret, given.options] as never[]))
    const error = await call().catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(WebhookError)
    expect(error).toMatchObject({ code, message: expect.stringMatching(message) })
    expect(String(error)).not.toContain('private')
  })
})

describe('the declared length of a body', () => {
  it.each([
    ['Content-Length', 413],
    ['content-lengtx', 204],
    ['content-length-x', 204],
  ])('is read from Content-Length only: %s results in %i', async (name, status) => {
    const receive = createReceiver({ secret: SECRET, onEvent() {} })
    const { body, headers } = await signDelivery(BODY, SECRET)
    const reply = await receive({ method: 'POST', headers: { ...headers, [name]: '9999999' }, body })
    expect(reply.status).toBe(status)
  })
})
