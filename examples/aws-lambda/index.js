import { createReceiver } from 'truedy-webhooks'

// Reads the secret from TRUEDY_WEBHOOK_SECRET, and throws if it isn't set.
const receive = createReceiver({
  onEvent: (event, { key }) => console.log(JSON.stringify({ processed: event.event, key })),
})

/** Handles events of REST APIs (format 1.0), and of HTTP APIs and function URLs (format 2.0). */
export async function handler(event) {
  const path = event.path ?? event.rawPath
  if (path !== '/webhooks/truedy') return { statusCode: 404, body: '' }

  const { status, headers, body } = await receive({
    method: event.httpMethod ?? event.requestContext.http.method,
    headers: headersOf(event),
    body: Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8'),
  })
  return { statusCode: status, headers, body }
}

/** If a header comes twice, format 1.0 has both values only in `multiValueHeaders`. Format 2.0 joins them in `headers`. */
function headersOf({ headers, multiValueHeaders }) {
  if (!multiValueHeaders) return headers
  return Object.fromEntries(
    Object.entries(multiValueHeaders).map(([name, values]) => [name, values.join(',')]),
  )
}
