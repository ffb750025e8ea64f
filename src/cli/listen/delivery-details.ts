/** The headers and the body of a delivery, which the page requests when someone opens the delivery. */

import { isUtf8 } from 'node:buffer'
import { type HeaderPair, headerPairs } from '../connection-headers.js'
import type { ListenedDelivery } from './listened-delivery.js'
import { whyNotReplay } from './replay.js'

/** A delivery as it was received. */
export interface DeliveryDetails extends Pick<ListenedDelivery, 'method' | 'isWhole' | 'isValid'> {
  readonly headers: readonly HeaderPair[]
  readonly body: string
  /** True if the body is valid UTF-8. */
  readonly isText: boolean
  /** Says why the delivery can't be sent again; `undefined` if it can. */
  readonly whyNotReplay: string | undefined
  /** The body of the app's response, if there is one. */
  readonly appBody?: string
}

/** Returns the details of a delivery. */
export function toDetails(delivery: ListenedDelivery): DeliveryDetails {
  const { method, rawHeaders, body, isValid, isWhole, app } = delivery
  return {
    method,
    headers: headerPairs(rawHeaders),
    body: Buffer.from(body).toString('utf8'),
    isText: isUtf8(body),
    isWhole,
    isValid,
    whyNotReplay: whyNotReplay(delivery),
    ...(app?.result.kind === 'response' && { appBody: app.isWhole ? app.body : `${app.body}…` }),
  }
}
