/** Masks deliveries for the terminal and `--json`, whose output is often shared or logged. The page shows them unmasked. */

import { decodeUtf8 } from '../../bytes.js'
import type { TruedyEvent } from '../../events/catalogue.js'
import { redact, redactText } from '../../events/redact.js'
import { isObject, parseJson } from '../../json.js'
import type { ListenedDelivery } from './listened-delivery.js'

/**
 * Returns a delivery with masked event name, key and app response.
 *
 * @param isPrinted - true to add the masked payload
 */
export function redactDelivery(delivery: ListenedDelivery, isPrinted: boolean): ListenedDelivery {
  const { event, key, app } = delivery
  const payload = isPrinted ? readPayload(delivery) : undefined
  return {
    ...delivery,
    ...(event !== undefined && { event: redactText(event) }),
    ...(key !== undefined && { key: redactText(key) }),
    ...(app && { app: { ...app, body: redactBody(app.body) } }),
    // `redact` masks JSON of any shape, so the cast is safe for a delivery that isn't an event.
    ...(payload && { payload: redact(payload as unknown as TruedyEvent) }),
  }
}

/** Reads the payload. Returns `undefined` if the body isn't a complete JSON object, which the verdict explains. */
function readPayload({ body, isWhole }: ListenedDelivery): Record<string, unknown> | undefined {
  return isWhole ? parseObject(decode(body)) : undefined
}

/** Masks the body of an app's response. JSON can contain the payload, so its fields are masked by name. */
function redactBody(body: string): string {
  const fields = parseObject(body)
  return fields ? JSON.stringify(redact(fields as unknown as TruedyEvent)) : redactText(body)
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value = parseJson(text)
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

/** Decodes a body. Returns an empty string if it isn't UTF-8. */
function decode(body: Uint8Array): string {
  try {
    return decodeUtf8(body)
  } catch {
    return ''
  }
}
