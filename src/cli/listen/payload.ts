/** The payload of a delivery as a terminal or a log may show it. */

import { decodeUtf8 } from '../../bytes.js'
import { isObject, parseJson } from '../../json.js'
import type { ListenedDelivery } from './listened-delivery.js'

/** The payload, masked; nothing if the body is not a JSON object. */
export function payloadOf({ body, isWhole }: ListenedDelivery): { readonly payload?: object } {
  if (!isWhole) return {}
  try {
    const payload = parseJson(decodeUtf8(body))
    return isObject(payload) ? { payload } : {}
  } catch {
    // The verdict says that it is not JSON.
    return {}
  }
}
