/** A server that speaks DynamoDB's protocol: dynalite. */

import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'
import { type ServerProgram, startProgram } from '../support/server-program.js'

const DYNALITE = createRequire(import.meta.url).resolve('dynalite/cli.js')
const TABLE = join(import.meta.dirname, '../../examples/store-dynamodb/table.json')

/** Anything that looks like a key works, because dynalite accepts everyone. */
const credentials = { accessKeyId: 'example', secretAccessKey: 'example' }

/** Starts dynalite with the example's table. */
export async function startDynamoDb() {
  const server: ServerProgram = await startProgram({
    name: 'dynalite',
    readyText: 'Dynalite listening',
    haltSignal: 'SIGTERM',
    command: (_, port) => [
      process.execPath,
      DYNALITE,
      ...['--host', '127.0.0.1', '--port', String(port), '--createTableMs', '0', '--deleteTableMs', '0'],
    ],
  })
  const endpoint = `http://127.0.0.1:${server.port}`
  try {
    await createTable(endpoint)
  } catch (error) {
    await server.stop()
    throw error
  }
  const env = {
    AWS_ENDPOINT_URL_DYNAMODB: endpoint,
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    // The SDK announces on stderr when it will leave an older Node.js behind.
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
  }
  return { ...server, endpoint, credentials, env }
}

/** Creates a table like the example's, with that name or another. Resolves once it can be used. */
export async function createTable(endpoint: string, name?: string): Promise<void> {
  const schema = JSON.parse(await readFile(TABLE, 'utf8')) as { TableName: string }
  const TableName = name ?? schema.TableName
  await callDynamoDb(endpoint, 'CreateTable', { ...schema, TableName })
  const status = async () => {
    type Answer = { Table: { TableStatus: string } }
    return (await callDynamoDb<Answer>(endpoint, 'DescribeTable', { TableName })).Table.TableStatus
  }
  while ((await status()) !== 'ACTIVE') await delay(10)
}

/** One call with the protocol itself. Rejects with the error that DynamoDB returns. */
export async function callDynamoDb<Answer>(
  endpoint: string,
  operation: string,
  parameters: object,
): Promise<Answer> {
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': `DynamoDB_20120810.${operation}`,
      'x-amz-date': '20260101T000000Z',
      authorization: 'AWS4-HMAC-SHA256 Credential=example, SignedHeaders=host, Signature=example',
    },
    body: JSON.stringify(parameters),
  })
  if (!response.ok) throw new Error(`${operation}: ${await response.text()}`)
  return (await response.json()) as Answer
}

/**
 * Adds what dynalite lacks: on request, a failed conditional write returns the record, as in DynamoDB since 2023. Here
 * it is read from dynalite.
 */
export async function serveRefusedItems(endpoint: string) {
  const operations: string[] = []
  const gateway = createServer(async (request, response) => {
    const body = await text(request)
    const target = String(request.headers['x-amz-target'])
    operations.push(target.replace('DynamoDB_20120810.', ''))
    const { authorization = '' } = request.headers
    const headers = {
      authorization,
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': target,
      'x-amz-date': String(request.headers['x-amz-date']),
    }
    const answer = await fetch(endpoint, { method: 'POST', headers, body })
    const parameters = JSON.parse(body) as { ReturnValuesOnConditionCheckFailure?: string } & Refusable
    const found = (await answer.json()) as { __type?: string; Item?: object }
    const isRefused = found.__type?.endsWith('#ConditionalCheckFailedException') === true
    if (isRefused && parameters.ReturnValuesOnConditionCheckFailure === 'ALL_OLD') {
      const { TableName, Item } = parameters
      const read = { TableName, Key: { dedupeKey: Item.dedupeKey }, ConsistentRead: true }
      Object.assign(found, await callDynamoDb<object>(endpoint, 'GetItem', read))
    }
    response.writeHead(answer.status, { 'content-type': 'application/x-amz-json-1.0' })
    response.end(JSON.stringify(found))
  }).listen(0, '127.0.0.1')
  await once(gateway, 'listening')
  return {
    endpoint: `http://127.0.0.1:${(gateway.address() as AddressInfo).port}`,
    /** The operations that were requested so far. */
    operations,
    async stop() {
      gateway.close()
      gateway.closeAllConnections()
    },
  }
}

interface Refusable {
  readonly TableName: string
  readonly Item: { readonly dedupeKey: object }
}
