/** Inputs of all kinds on all three paths, compared with the oracle. */

import { describe, expect, it } from 'vitest'
import { createRandom } from '../support/random.js'
import { type Input, makeInput } from './inputs.js'
import { isGenuine, toPair } from './oracle.js'
import { main, node, web } from './paths.js'

const SEED = Number(process.env['SEED'])
const INPUTS = Number(process.env['INPUTS'] ?? (process.env['FULL'] === '1' ? 2_000_000 : 200_000))
const CHUNKS = 8
/** WebCrypto works on other threads, so many inputs run at once and none waits. */
const AT_ONCE = 64

type Verify = typeof main.verifySignature
type Parse = typeof main.verifyAndParse

/** The result as a string that can be compared. Throws if it is not one of the allowed results. */
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

/** `expect` is too slow for millions of inputs. */
function same(what: string, got: unknown, wanted: unknown): void {
  if (got !== wanted) throw new Error(`${what}: ${String(got)} instead of ${String(wanted)}`)
}

async function tryInput(input: Input): Promise<string> {
  // The input may have any type, as a JavaScript program might pass it.
  const args = [input.body, input.headers, input.secret, input.options] as Parameters<Verify>
  const found = codeOf(node.verifySignatureSync(...args))
  same('verifySignature', codeOf(await main.verifySignature(...args)), found)
  same('verifySignature on WebCrypto', codeOf(await web.verifySignature(...args)), found)
  const isOk = found.startsWith('ok')
  same('an independent HMAC', isOk, isGenuine(input) ?? isOk)

  if (isOk) requireOneSplit(input)

  const parsed = await verdict(() => node.verifyAndParseSync(...args))
  // There must be no event without a verified signature. With one, there must be an event or the body's error.
  if (!isOk) same('verifyAndParseSync', parsed, found)
  else if (!/^(\{.*\}|invalid_json|invalid_event)$/s.test(parsed))
    same('verifyAndParseSync', parsed, 'an event')
  same('verifyAndParse', await verdict(() => (main.verifyAndParse as Parse)(...args)), parsed)
  same('verifyAndParse on WebCrypto', await verdict(() => (web.verifyAndParse as Parse)(...args)), parsed)
  return isOk ? (parsed.startsWith('{') ? 'ok' : parsed) : found
}

/** A signed message passes only with the dot in one place. */
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
    // The clock and the tolerance accept any age, so that they can't hide a wrong verdict.
    const found = node.verifySignatureSync(message.subarray(dot + 1), split, secret as string, {
      ...(options as object),
      toleranceSeconds: 1e12,
    })
    same('a message that is split elsewhere', found.ok, false)
  }
}

/** The tests of one half of all inputs, 0 or 1. The halves run in parallel. */
export function describeHalf(half: 0 | 1): void {
  describe(`inputs of all kinds, half ${half} (SEED=${SEED})`, () => {
    const counts: Record<string, number> = {}

    it.each(Array.from({ length: CHUNKS / 2 }, (_, index) => index * 2 + half))(
      `get the same correct verdict on all paths: ${Math.ceil(INPUTS / CHUNKS).toLocaleString('en')} inputs (%i)`,
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

    it('reach every verdict', () => {
      console.log(counts)
      // A single input is run to look at it, not to cover everything.
      if (INPUTS < 10_000) return
      const codes =
        'ok invalid_json invalid_event missing_timestamp missing_signature malformed_timestamp malformed_signature timestamp_too_old timestamp_too_new signature_mismatch body_not_raw invalid_secret invalid_options'
      expect(Object.keys(counts).sort()).toEqual(codes.split(' ').sort())
    })

    it('pollute no prototype', () => {
      expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
    })
  })
}
