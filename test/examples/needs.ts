/** What the examples need beside them, as a `Launch` takes it. */

import type { Need } from './driver.js'
import { startDynamoDb } from './dynamodb-server.js'

export function needDynamoDb(): Promise<Need> {
  return startDynamoDb()
}
