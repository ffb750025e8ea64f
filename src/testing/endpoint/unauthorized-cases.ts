/** Cases: deliveries that are forged, incomplete or not fresh, which an endpoint must reject with 401. */

import { signDelivery } from '../sign.js'
import { altered, caseEvent, nowSeconds } from './case-deliveries.js'
import type { EndpointCase } from './endpoint-case.js'
import { oneOf, oneRequest } from './one-request.js'

const FORGED_FIX = 'Verify the signature first, and respond with 401 if it is wrong.'
const TIME_FIX = 'Reject timestamps that are more than 300 seconds in the past or the future.'
const HEADER_FIX = 'Respond with 401 if a header is missing, malformed or sent twice.'

export const unauthorizedCases: readonly EndpointCase[] = [
  oneRequest(
    'a body changed after it was signed',
    oneOf(401),
    FORGED_FIX,
    altered(({ body, headers }) => ({ body: body.replace('call.ended', 'call.failed'), headers })),
  ),
  oneRequest('a signature with another secret', oneOf(401), FORGED_FIX, (secret) =>
    signDelivery(caseEvent(), `${secret}x`),
  ),
  oneRequest(
    'a signature of one digit',
    oneOf(401),
    'Check the format of the signature before you compare it. timingSafeEqual throws if the lengths differ.',
    altered(({ body, headers }) => ({ body, headers: { ...headers, 'x-truedy-signature': 'a' } })),
  ),
  oneRequest(
    'no signature header',
    oneOf(401),
    HEADER_FIX,
    altered(({ body, headers: { 'x-truedy-signature': _, ...headers } }) => ({ body, headers })),
  ),
  oneRequest(
    'no timestamp header',
    oneOf(401),
    HEADER_FIX,
    altered(({ body, headers: { 'x-truedy-timestamp': _, ...headers } }) => ({ body, headers })),
  ),
  oneRequest(
    'the signature header twice',
    oneOf(401),
    HEADER_FIX,
    altered(({ body, headers }) => ({ body, headers: doubled(headers, 'x-truedy-signature') })),
  ),
  oneRequest(
    'the timestamp header twice',
    oneOf(401),
    HEADER_FIX,
    altered(({ body, headers }) => ({ body, headers: doubled(headers, 'x-truedy-timestamp') })),
  ),
  oneRequest('a malformed timestamp', oneOf(401), HEADER_FIX, (secret) =>
    signDelivery(caseEvent(), secret, { timestamp: `${nowSeconds()}abc` }),
  ),
  oneRequest('a delivery from 10 minutes ago', oneOf(401), TIME_FIX, (secret) =>
    signDelivery(caseEvent(), secret, { timestamp: nowSeconds() - 600 }),
  ),
  oneRequest('a delivery from 10 minutes ahead', oneOf(401), TIME_FIX, (secret) =>
    signDelivery(caseEvent(), secret, { timestamp: nowSeconds() + 600 }),
  ),
]

/** Repeats one of the headers. HTTP joins its two values with a comma. */
function doubled(headers: Readonly<Record<string, string>>, name: string): [string, string][] {
  return Object.entries(headers).flatMap(([key, value]) =>
    key === name
      ? [
          [key, value],
          [key, value],
        ]
      : [[key, value]],
  )
}
