import { createNodeHandler } from 'truedy-webhooks/node'

export const config = { api: { bodyParser: false } }

// `next build` doesn't load API routes of the Pages Router, so the secret may be missing there.
export default createNodeHandler({
  onEvent: (event, { key }) => console.log(JSON.stringify({ processed: event.event, key })),
})
