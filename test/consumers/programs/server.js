/** For Node: what all targets have, and the entry for Node. Prints what came out. */

import { createNodeHandler, verifyAndParseSync } from 'truedy-webhooks/node'
import { handleDeliveries, signedDelivery } from './deliveries.js'

const { body, headers, secret } = await signedDelivery()
const twin = verifyAndParseSync(body, headers, secret).event
const handler = typeof createNodeHandler({ secret, onEvent() {} })
console.log(JSON.stringify({ ...(await handleDeliveries()), twin, handler }))
