/** Inputs of all kinds on all three paths, beside the oracle. */

import { describe, expect, it } from 'vitest'
import { createRandom } from '../support/random.js'
import { type Input, makeInput } from './inputs.js'
import { isGenuine, toPair } from './oracle.js'
import { main, node, web } from './paths.js'

const SEED = Number(process.env['SEED'])
const INPUTS = Number(process.env['INPUTS'] ?? (process.env['FULL'] === '1' ? 2_000_000 : 200_000))
const CHUNKS = 8
/** WebCrypto works on other threads: many at a time, so that none of them waits. */
const AT_ONCE = 64

type Verify = typeof main.verifySignature
type Parse = typeof main.verifyAndParse

/** What came of it, in a text that can be compared. Throws where it is not one of the ways that are allowed. */
async function verdict(run: () => unknown): Promise<string> {
  try {
    return JSON.stringify(await run())
  } catch (error) {
    if (!main.isWebhookError(error)) throw error
    return error.code
  }
}

const codeOf = (found: Awaited<ReturnType<Verify>>) =>
  found.ok ? `ok ${found.secretIndex} ${+found.sentAt}` : found.code

/** `expect` is too slow for millions. */
function same(what: string, got: unknown, wanted: unknown): void {
  if (got !== wanted) throw new Error(`${what}: ${String(got)} instead of ${String(wanted)}`)
}

async function tryInput(input: Input): Promise<string> {
  // Whatever it is, as a program in JavaScript would hand it over.
  const args = [input.body, input.headers, input.secret, input.options] as Parameters<Verify>
  const found = codeOf(node.verifySignatureSync(...args))
  same('verifySignature', codeOf(await main.verifySignature(...args)), found)
  same('verifySignature on WebCrypto', codeOf(await web.verifySignature(...args)), found)
  const isOk = found.startsWith('ok')
  same('an independent HMAC', isOk, isGenuine(input) ?? isOk)

  if (isOk) requireOneSplit(input)

  const parsed = await verdict(() => node.verifyAndParseSync(...args))
  // No event without a verified signature; of one that is verified, an event or what is wrong with the body.
  if (!isOk) same('verifyAndParseSync', parsed, found)
  else if (!/^(\{.*\}|invalid_json|invalid_event)$/s.test(parsed))
    same('verifyAndParseSync', parsed, 'an event')
  same('verifyAndParse', await verdict(() => (main.verifyAndParse as Parse)(...args)), parsed)
  same('verifyAndParse on WebCrypto', await verdict(() => (web.verifyAndParse as Parse)(...args)), parsed)
  return isOk ? (parsed.startsWith('{') ? 'ok' : parsed) : found
}

/** The message that was signed passes with the dot in one place only. */
function requireOneSplit({ body, headers, secret, options }: Input): void {
  const pair = toPair(headers, options)
  if (!pair || !(typeof body === 'string' || body instanceof Uint8Array)) return
  const [timestamp, signature] = pair
  const bytes = Buffer.from(body as string)
  const message = Buffer.concat([Buffer.from(`${timestamp}.`), bytes])
  const { headerNames = { timestamp: 'x-truedy-timestamp', signature: 'x-truedy-signature' } } = options as {
    headerNames?: { timestamp: string; signature: string }
  }
  for (let dot = message.indexOf('.'); dot > 0 && dot < 100; dot = message.indexOf('.', dot + 1)) {
    const moved = message.subarray(0, dot).toString('latin1')
    if (moved === timestamp) continue
    const split = { [headerNames.timestamp]: moved, [headerNames.signature]: signature }
    // Of any age: the clock and the tolerance must not hide it.
    const found = node.verifySignatureSync(message.subarray(dot + 1), split, secret as string, {
      ...(options as object),
      toleranceSeconds: 1e12,
    })
    same('a message that is split elsewhere', found.ok, false)
  }
}

/** The tests of one half of all inputs: 0 or 1. The halves run side by side. */
export function describeHalf(half: 0 | 1): void {
  describe(`inputs of all kinds, half ${half} (SEED=${SEED})`, () => {
    const counts: Record<string, number> = {}

    it.each(Array.from({ length: CHUNKS / 2 }, (_, index) => index * 2 + half))(
      `get one verdict on all paths, and the right one: ${Math.ceil(INPUTS / CHUNKS).toLocaleString('en')} inputs (%i)`,
      { timeout: 600_000 },
      async (chunk) => {
        const count = Math.ceil(INPUTS / CHUNKS)
        for (let start = 0; start < count; start += AT_ONCE) {
          const batch = Array.from({ length: Math.min(AT_ONCE, count - start) }, async (_, offset) => {
            const seed = SEED + chunk * count + start + offset
            try {
              const code = await tryInput(makeInput(createRandom(seed)))
              counts[code] = (counts[code] ?? 0) + 1
            } catch (error) {
              throw new Error(`To repeat it alone: SEED=${seed} INPUTS=1 node test/run.mjs fuzz`, {
                cause: error,
              })
            }
          })
          await Promise.all(batch)
        }
      },
    )

    it('come to every verdict', () => {
      console.log(counts)
      // With one input, it is looked at, and not the whole.
      if (INPUTS < 10_000) return
      const codes =
        'ok invalid_json invalid_event missing_timestamp missing_signature malformed_timestamp malformed_signature timestamp_too_old timestamp_too_new signature_mismatch body_not_raw invalid_secret invalid_options'
      expect(Object.keys(counts).sort()).toEqual(codes.split(' ').sort())
    })

    it('leave no prototype polluted', () => {
      expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
    })
  })
}
