import { createWebhookHandler } from 'truedy-webhooks'
import { createNodeHandler } from 'truedy-webhooks/node'

const options = { onEvent: (event, { key }) => console.log(JSON.stringify({ processed: event.event, key })) }

export const path = '/webhooks/truedy'
export const address = [Number(process.env.PORT), '127.0.0.1']
export const receiveNode = createNodeHandler(options)
export const receiveFetch = createWebhookHandler(options)
