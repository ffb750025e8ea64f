/** Masks a delivery for the terminal and for `--json`: their output is often shared or kept as a log. The page shows it whole. */

import { decodeUtf8 } from '../../bytes.js'
import type { TruedyEvent } from '../../events/catalogue.js'
import { redact, redactText } from '../../events/redact.js'
import { isObject, parseJson } from '../../json.js'
import type { ListenedDelivery } from './listened-delivery.js'

/**
 * A delivery whose names, key and app's response are masked.
 *
 * @param isPrinted - whether it gets its payload, masked, too
 */
export function redactDelivery(delivery: ListenedDelivery, isPrinted: boolean): ListenedDelivery {
  const { event, key, app } = delivery
  const payload = isPrinted ? readPayload(delivery) : undefined
  return {
    ...delivery,
    ...(event !== undefined && { event: redactText(event) }),
    ...(key !== undefined && { key: redactText(key) }),
    ...(app && { app: { ...app, body: redactBody(app.body) } }),
    // It masks plain JSON of any shape, also of a delivery that isn't an event.
    ...(payload && { payload: redact(payload as unknown as TruedyEvent) }),
  }
}

/** The payload; `undefined` if the body is not a JSON object, which the verdict says. */
function readPayload({ body, isWhole }: ListenedDelivery): Record<string, unknown> | undefined {
  return isWhole ? parseObject(decode(body)) : undefined
}

/** The body of an app's response. JSON may hold the payload, so its fields are masked by their names. */
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

/** The text of a body; empty if it is not UTF-8. */
function decode(body: Uint8Array): string {
  try {
    return decodeUtf8(body)
  } catch {
    return ''
  }
}
