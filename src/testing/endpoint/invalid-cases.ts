/** Cases: requests with a wrong body, method or size, which an endpoint must reject with the matching status. */

import { pythonJson } from '../python-json.js'
import { signDelivery } from '../sign.js'
import { eventWithSummary } from './case-deliveries.js'
import type { EndpointCase } from './endpoint-case.js'
import { oneOf, oneRequest } from './one-request.js'

const MEBIBYTE = 1_048_576
const NOT_JSON = '{"event":"call.ended",'

export const invalidCases: readonly EndpointCase[] = [
  oneRequest(
    'a forged body that is not JSON',
    oneOf(401, 400),
    'Verify the signature before you parse, so that no unsigned body can crash the receiver.',
    (secret) => signDelivery(NOT_JSON, `${secret}x`),
  ),
  oneRequest(
    'a signed body that is not JSON',
    oneOf(400),
    'Respond with 400 if the verified bytes are not JSON.',
    (secret) => signDelivery(NOT_JSON, secret),
  ),
  oneRequest(
    'a signed body that is not UTF-8',
    oneOf(400),
    'Respond with 400 if the verified bytes are not UTF-8.',
    (secret) => signDelivery(notUtf8(), secret),
  ),
  oneRequest(
    'signed JSON that is not an event',
    oneOf(400),
    'Check that event, timestamp and data are there, and respond with 400 if not.',
    (secret) => signDelivery('[]', secret),
  ),
  oneRequest('a GET', oneOf(405), 'Respond with 405 and Allow: POST to every other method.', async () => ({
    method: 'GET',
  })),
  oneRequest(
    'a body of 2 MiB',
    oneOf(413),
    'Limit the size of the body while you read it, and respond with 413.',
    async (secret) => {
      const { body, headers } = await signDelivery(eventWithSummary('x'.repeat(2 * MEBIBYTE)), secret)
      // The server may close the connection before it has read the whole request, so don't reuse the connection.
      return { body, headers: { ...headers, connection: 'close' } }
    },
    // If the server closes it early, the client may miss the response, so it sends the request up to 5 times.
    5,
  ),
]

/** Creates a body that is JSON except for two bytes FF in a string. */
function notUtf8(): Uint8Array<ArrayBuffer> {
  const bytes = new TextEncoder().encode(pythonJson(eventWithSummary('??')))
  return bytes.map((byte) => (byte === 0x3f ? 0xff : byte))
}
