/** Deliveries that are forged, incomplete or not fresh, which an endpoint must reject with 401. */

import { signDelivery } from '../sign.js'
import { altered, caseEvent, nowSeconds } from './case-deliveries.js'
import type { EndpointCase } from './endpoint-case.js'
import { oneOf, oneRequest } from './one-request.js'

const FORGED_FIX = 'Verify the signature before anything else, and answer 401 when it is wrong.'
const TIME_FIX = 'Refuse timestamps that lie more than 300 s from now, on either side.'
const HEADER_FIX = 'Refuse deliveries whose headers are missing, malformed or doubled, with 401.'

export const unauthorizedCases: readonly EndpointCase[] = [
  oneRequest(
    'a body that was changed after signing',
    oneOf(401),
    FORGED_FIX,
    altered(({ body, headers }) => ({ body: body.replace('call.ended', 'call.failed'), headers })),
  ),
  oneRequest('a signature made with another secret', oneOf(401), FORGED_FIX, (secret) =>
    signDelivery(caseEvent(), `${secret}x`),
  ),
  oneRequest(
    'a signature of one digit',
    oneOf(401),
    'Check the form of the signature before comparing: comparing buffers of two lengths throws.',
    altered(({ body, headers }) => ({ body, headers: { ...headers, 'x-truedy-signature': 'a' } })),
  ),
  oneRequest(
    'no signature',
    oneOf(401),
    HEADER_FIX,
    altered(({ body, headers: { 'x-truedy-signature': _, ...headers } }) => ({ body, headers })),
  ),
  oneRequest(
    'no timestamp',
    oneOf(401),
    HEADER_FIX,
    altered(({ body, headers: { 'x-truedy-timestamp': _, ...headers } }) => ({ body, headers })),
  ),
  oneRequest(
    'a signature twice in its header',
    oneOf(401),
    HEADER_FIX,
    altered(({ body, headers }) => ({ body, headers: doubled(headers, 'x-truedy-signature') })),
  ),
  oneRequest(
    'a timestamp twice in its header',
    oneOf(401),
    HEADER_FIX,
    altered(({ body, headers }) => ({ body, headers: doubled(headers, 'x-truedy-timestamp') })),
  ),
  oneRequest('a timestamp that is not one', oneOf(401), HEADER_FIX, (secret) =>
    signDelivery(caseEvent(), secret, { timestamp: `${nowSeconds()}abc` }),
  ),
  oneRequest('a delivery of ten minutes ago', oneOf(401), TIME_FIX, (secret) =>
    signDelivery(caseEvent(), secret, { timestamp: nowSeconds() - 600 }),
  ),
  oneRequest('a delivery from ten minutes ahead', oneOf(401), TIME_FIX, (secret) =>
    signDelivery(caseEvent(), secret, { timestamp: nowSeconds() + 600 }),
  ),
]

/** Headers one of which is sent twice. HTTP joins the two values with a comma. */
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
