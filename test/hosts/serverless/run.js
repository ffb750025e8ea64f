/** Calls functions with the events on stdin, one at a time as Lambda does, and prints each result as a line. */

import { text } from 'node:stream/consumers'
import { functions } from './functions.js'

const context = { awsRequestId: '1', functionName: 'truedy', callbackWaitsForEmptyEventLoop: false }

for (const { name, event } of JSON.parse(await text(process.stdin))) {
  try {
    console.log(JSON.stringify({ result: await functions[name](event, context) }))
  } catch (error) {
    console.log(JSON.stringify({ error: String(error) }))
  }
}
process.exit()
