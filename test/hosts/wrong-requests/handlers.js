/** The two handlers of the package, by the path that each is given requests under. */

import { createWebhookHandler } from 'truedy-webhooks'
import { createNodeHandler } from 'truedy-webhooks/node'

const onEvent = (event, { key }) => console.log(JSON.stringify({ processed: event.event, key }))

export const handlers = { node: createNodeHandler({ onEvent }), fetch: createWebhookHandler({ onEvent }) }

/** The handler that a URL or a path ends with. */
export const handlerFor = (url) => handlers[url.split('/').at(-1)] ?? notFound

/** Responds to GET, which tells that the server runs. */
function notFound(_request, response) {
  response?.writeHead?.(404).end()
  return new Response(null, { status: 404 })
}
