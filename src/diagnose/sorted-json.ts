/** The form of a body that Truedy's early sender signed. */

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
 * The sorted form of a body: byte for byte what Python's `json.dumps(json.loads(body), sort_keys=True)` gives. Truedy's
 * early sender signed this form and sent another (src/CONTRACT.md §2), so that no check of the raw body can pass.
 *
 * **Use this only for such a sender, and only while you receive from it:** it verifies this text, not the bytes that came.
 * Go on with the text, never with the body.
 *
 * @param rawBody - the body exactly as received: JSON in UTF-8
 * @returns ASCII text; its bytes are what was signed
 * @throws `WebhookError` `invalid_json` (400) where the body is not JSON in UTF-8, holds what JSON does not know
 * (`NaN`), nests deeper than 900 levels, or has a whole number of more than 4,300 digits, which current versions of Python
 * don't read either; `body_not_raw` (500) where it is not text or bytes
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
    throw new WebhookError('body_not_raw', 'sortedJson takes the raw body: text, or bytes.')
  }
  let text: string
  try {
    text = decodeUtf8(bytes)
  } catch {
    throw new WebhookError('invalid_json', 'The body is not UTF-8.')
  }
  const parts: string[] = []
  writeJson(readJson(text), PYTHON_SORTED, (part) => parts.push(part))
  return parts.join('')
}
