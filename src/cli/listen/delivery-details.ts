/** What the page asks for when a delivery is opened: its headers and its body. */

import { isUtf8 } from 'node:buffer'
import type { ListenedDelivery } from './listened-delivery.js'
import { whyNotReplay } from './replay.js'

/** A delivery as it was received. */
export interface DeliveryDetails extends Pick<ListenedDelivery, 'method' | 'isWhole' | 'isGenuine'> {
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body: string
  /** Whether all of the body is UTF-8. */
  readonly isText: boolean
  /** Why it can't be sent again. */
  readonly whyNotReplay: string | undefined
}

/** The details of a delivery. */
export function toDetails(delivery: ListenedDelivery): DeliveryDetails {
  const { method, rawHeaders, body, isGenuine, isWhole } = delivery
  const headers = rawHeaders.flatMap((name, index) =>
    index % 2 === 0 ? [[name, rawHeaders[index + 1] ?? ''] as const] : [],
  )
  return {
    method,
    headers,
    body: Buffer.from(body).toString('utf8'),
    isText: isUtf8(body),
    isWhole,
    isGenuine,
    whyNotReplay: whyNotReplay(delivery),
  }
}
