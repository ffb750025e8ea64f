/** Properties of any delivery, on all three paths. test/fuzz tests them with millions of inputs of more kinds. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isWebhookError } from '../../../src/index.js'
import { BODY, headersFor, NOW_SECONDS, now, SECRET, sign } from '../support/delivery.js'
import { type Path, paths } from '../support/paths.js'

const options = { now }

const secret = fc.string({ unit: 'binary', minLength: 1 }).filter((text) => text.trim() === text)
const body = fc.uint8Array({ maxLength: 300 })
const timestamp = fc
  .integer({ min: -300_000, max: 300_000 })
  .map((milliseconds) => new Date(now() + milliseconds))
  .chain((date) =>
    fc.constantFrom(
      date.toISOString(),
      String(Math.round(date.getTime() / 1000)),
      iso(date, 19),
      iso(date, 23),
    ),
  )

/** A time in a form of the contract without a zone. */
function iso(date: Date, length: number): string {
  return date.toISOString().slice(0, length)
}

/** True if the dot before the body could be the fraction separator of an ISO 8601 timestamp. */
function isSplitAmbiguous(text: string, bytes: Uint8Array): boolean {
  return /T[^.]*$/.test(text) && /^\d/.test(Buffer.from(bytes).toString('latin1'))
}

/** The event, or the code of the error. Rejects with any error that is not a WebhookError. */
async function outcomeOf(run: () => Promise<unknown>): Promise<unknown> {
  try {
    return await run()
  } catch (error) {
    if (!isWebhookError(error)) throw error
    return error.code
  }
}

describe.each(paths)('any delivery, on $name', ({ verifySignature, verifyAndParse }: Path) => {
  it('passes if it is signed over its exact bytes with one of the secrets', async () => {
    await fc.assert(
      fc.asyncProperty(
        body,
        timestamp,
        // HMAC pads a short key with zeros, so that two secrets may be the same key (RFC 2104 §3).
        fc.uniqueArray(secret, { minLength: 1, maxLength: 10, selector: (key) => key.replace(/\0+$/, '') }),
        fc.nat(9),
        fc.boolean(),
        async (bytes, text, secrets, choice, isUpper) => {
          // Truedy's bodies are JSON objects. If one begins with a digit, the dot may have been moved.
          fc.pre(!isSplitAmbiguous(text, bytes))
          const index = choice % secrets.length
          const digits = sign(bytes, text, secrets[index])
          const headers = {
            'X-Truedy-Timestamp': text,
            'X-Truedy-Signature': isUpper ? digits.toUpperCase() : digits,
          }
          expect(await verifySignature(bytes, headers, secrets, options)).toMatchObject({
            ok: true,
            secretIndex: index,
          })
        },
      ),
    )
  })

  it('passes if and only if an independent HMAC of the received parts matches', async () => {
    const part = fc.record({ bytes: body, text: timestamp, key: secret })
    const either = fc.constantFrom('signed', 'other')
    const sources = fc.record({ bytes: either, text: either, key: either })
    await fc.assert(
      fc.asyncProperty(part, part, sources, async (signed, other, from) => {
        const parts = { signed, other }
        const [bytes, text, key] = [parts[from.bytes].bytes, parts[from.text].text, parts[from.key].key]
        const signature = sign(signed.bytes, signed.text, signed.key)
        const headers = { 'x-truedy-timestamp': text, 'x-truedy-signature': signature }
        const found = await verifySignature(bytes, headers, key, options)
        expect(found.ok ? 'ok' : found.code).toBe(
          sign(bytes, text, key) === signature && !isSplitAmbiguous(text, bytes)
            ? 'ok'
            : 'signature_mismatch',
        )
      }),
    )
  })

  it('does not pass if the signed message is split at another dot', async () => {
    const fraction = fc.stringMatching(/^\d{1,9}$/)
    const zone = fc.constantFrom('', 'Z', '+05:30', '-11:00')
    await fc.assert(
      fc.asyncProperty(fraction, zone, fc.boolean(), async (digits, offset, isText) => {
        const text = `2026-03-18T14:32:00.${digits}${offset}`
        const signature = sign(BODY, text)
        const message = `${text}.${BODY}`
        const clock = { now: () => Date.parse('2026-03-18T14:32:00Z'), toleranceSeconds: 24 * 3600 }
        for (let dot = message.indexOf('.'); dot > 0; dot = message.indexOf('.', dot + 1)) {
          const moved = message.slice(dot + 1)
          const headers = { 'x-truedy-timestamp': message.slice(0, dot), 'x-truedy-signature': signature }
          const found = await verifySignature(isText ? moved : Buffer.from(moved), headers, SECRET, clock)
          expect(found.ok).toBe(moved === BODY)
        }
      }),
    )
  })

  it('does not pass if one bit of it changes', async () => {
    const bits = 8 * Buffer.byteLength(BODY)
    await fc.assert(
      fc.asyncProperty(fc.nat(bits - 1), fc.nat(255), async (bodyBit, signatureBit) => {
        const bytes = Buffer.from(BODY)
        bytes[bodyBit >> 3] = (bytes[bodyBit >> 3] ?? 0) ^ (1 << (bodyBit & 7))
        const headers = headersFor(BODY)
        expect(await verifySignature(bytes, headers, SECRET, options)).toMatchObject({
          code: 'signature_mismatch',
        })

        const digits = Buffer.from(headers['x-truedy-signature'], 'hex')
        digits[signatureBit >> 3] = (digits[signatureBit >> 3] ?? 0) ^ (1 << (signatureBit & 7))
        const changed = { ...headers, 'x-truedy-signature': digits.toString('hex') }
        expect(await verifySignature(BODY, changed, SECRET, options)).toMatchObject({
          code: 'signature_mismatch',
        })
      }),
    )
  })

  it('has the JSON that was signed', async () => {
    // `__proto__` is removed, which has its own tests.
    const data = fc.dictionary(fc.string(), fc.jsonValue(), { noNullPrototype: true })
    await fc.assert(
      fc.asyncProperty(fc.string({ minLength: 1 }), data, async (event, value) => {
        const text = JSON.stringify({ event, timestamp: NOW_SECONDS, data: value })
        fc.pre(!text.includes('__proto__'))
        const parsed = await verifyAndParse(text, headersFor(text), SECRET, options)
        expect(parsed.rawEvent).toBe(event)
        expect(parsed.data).toEqual(JSON.parse(text).data)
      }),
    )
  })

  it('causes no error but a WebhookError with any argument replaced, the same on all paths', async () => {
    const anything = fc.anything({ withBigInt: true, withDate: true, withMap: true, withTypedArray: true })
    const headers = headersFor(BODY)
    const given = fc.tuple(
      fc.oneof(anything, fc.constant(BODY)),
      fc.oneof(anything, fc.constant(headers)),
      fc.oneof(anything, fc.constant(SECRET)),
      fc.oneof(anything, fc.constant(options)),
    )
    await fc.assert(
      fc.asyncProperty(given, async (args) => {
        const values = args as unknown as Parameters<Path['verifySignature']>
        const found = await verifySignature(...values)
        const code = found.ok ? 'ok' : found.code
        for (const path of paths) expect(await path.verifySignature(...values)).toEqual(found)
        const parsed = await outcomeOf(() => verifyAndParse(...values))
        expect(found.ok ? typeof parsed : parsed).toBe(found.ok ? 'object' : code)
      }),
    )
  })
})
