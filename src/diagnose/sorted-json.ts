/** Writes a body in the form that Truedy's early sender signed. */

import { asBytes, decodeUtf8, type RawBody } from '../bytes.js'
import { WebhookError } from '../errors.js'
import { spellAsPython } from '../python-number.js'
import { readJson } from './read-json.js'
import { type JsonStyle, writeJson } from './write-json.js'

/** `json.dumps(…, sort_keys=True)`. */
export const PYTHON_SORTED: JsonStyle = {
  comma: ', ',
  colon: ': ',
  isAscii: true,
  isSorted: true,
  spellNumber: spellAsPython,
}

/**
 * Returns the sorted form of a body: byte for byte what Python's `json.dumps(json.loads(body), sort_keys=True)` returns.
 * Truedy's early sender signed this form and sent another one (src/CONTRACT.md §2), so no check of the raw body can pass.
 *
 * **Use this only for such a sender, and only while you receive from it.** What you verify is this text, not the bytes that
 * arrived. From there on, use the text, never the body.
 *
 * @param rawBody - the body exactly as received: JSON in UTF-8
 * @returns ASCII text; its bytes are what was signed
 * @throws `WebhookError` `invalid_json` (400) if the body is not JSON in UTF-8 (`NaN` is not JSON), nests deeper than 900
 * levels, or has a whole number of more than 4,300 digits, which current versions of Python don't read either; `body_not_raw`
 * (500) if it is neither a string nor bytes
 *
 * @example
 * ```ts
 * import { verifyAndParse } from 'truedy-webhooks'
 * import { sortedJson } from 'truedy-webhooks/diagnose'
 *
 * async function receive(body: Uint8Array, headers: Headers, secret: string): Promise<void> {
 *   const event = await verifyAndParse(sortedJson(body), headers, secret)
 *   console.log(event.event)
 * }
 * ```
 */
export function sortedJson(rawBody: RawBody): string {
  const bytes = asBytes(rawBody)
  if (bytes === undefined) {
    throw new WebhookError(
      'body_not_raw',
      'sortedJson got a value that is neither a string nor bytes. Pass the raw body, before any parser.',
    )
  }
  let text: string
  try {
    text = decodeUtf8(bytes)
  } catch {
    throw new WebhookError('invalid_json', 'The body is not UTF-8. Pass the bytes as they arrived.')
  }
  const parts: string[] = []
  writeJson(readJson(text), PYTHON_SORTED, (part) => parts.push(part))
  return parts.join('')
}
