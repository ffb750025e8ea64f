/** A dedupe store on DynamoDB, shared by all workers that use the same table. */

import { createHash } from 'node:crypto'
import {
  ConditionalCheckFailedException,
  DeleteItemCommand,
  GetItemCommand,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb'

/** @import { DynamoDBClient } from '@aws-sdk/client-dynamodb' */
/** @import { DedupeStore } from 'truedy-webhooks' */

// A record without `leaseOwner` is done. None of the attribute names is a reserved word of DynamoDB.
const TAKEABLE = 'attribute_not_exists(dedupeKey) OR leaseOwner = :owner OR expiresAt <= :takeable'
const HELD = 'leaseOwner = :owner AND expiresAt > :now'
const COMPLETABLE = 'attribute_not_exists(leaseOwner) OR leaseOwner = :owner OR expiresAt <= :takeable'

/** The longest key that is stored unchanged, in UTF-16 units. Each takes at most three bytes, and DynamoDB allows 2,048 bytes. */
const MAX_KEY_LENGTH = 500
/** 30,000 years, in milliseconds. */
const MAX_MS = 1e15
/** DynamoDB may delete a record this long after it expires, in seconds. Only the conditions above decide whether it has expired. */
const REMOVAL_DELAY = 3600
/** A worker's clock is corrected if it is wrong by more than this, in milliseconds. */
const MAX_CLOCK_ERROR_MS = 5000

/**
 * Creates a store. Each step is one conditional write. If DynamoDB rejects a claim without returning the record, the claim also
 * reads the record.
 *
 * @param {DynamoDBClient} client
 * @param {object} options
 * @param {string} options.table - the name of the table, or its ARN
 * @param {number} [options.clockSkewMs] - how far the workers' clocks may differ, in milliseconds. A lease can be taken over
 * this long after it expires. Default 200
 * @param {() => number} [options.now] - this worker's clock, in milliseconds since 1970. Default `Date.now`
 * @returns {DedupeStore} its steps reject with the errors of the client
 */
export function dynamodbStore(client, { table, clockSkewMs = 200, now = Date.now }) {
  const correctedNow = correctedClock(client, now)
  /** @type {Promise<unknown> | undefined} */
  let firstResponse

  /** @param {string} key */
  async function begin(key) {
    const Key = { dedupeKey: { S: boundedKey(key) } }
    // Every response shows whether this worker's clock is right. Without this read, the first write could use a wrong clock.
    firstResponse ??= read(Key)
    try {
      await firstResponse
    } catch (error) {
      firstResponse = undefined
      throw error
    }
    return { Key, time: correctedNow() }
  }

  /** @param {{ dedupeKey: { S: string } }} Key */
  async function read(Key) {
    const { Item } = await client.send(new GetItemCommand({ TableName: table, Key, ConsistentRead: true }))
    return Item
  }

  /**
   * Returns the condition of a write that only the owner of a live lease may do.
   *
   * @param {string} owner
   * @param {number} time
   */
  function whileHeld(owner, time) {
    return {
      TableName: table,
      ConditionExpression: HELD,
      ExpressionAttributeValues: { ':owner': { S: owner }, ':now': { N: String(time) } },
    }
  }

  /**
   * Returns the condition of a write that another owner's live lease prevents.
   *
   * @param {string} condition
   * @param {string} owner
   * @param {number} time
   */
  function unlessHeld(condition, owner, time) {
    return {
      TableName: table,
      ConditionExpression: condition,
      ExpressionAttributeValues: { ':owner': { S: owner }, ':takeable': { N: String(time - clockSkewMs) } },
    }
  }

  return {
    async claim(key, { owner, leaseMs }) {
      const { Key, time } = await begin(key)
      const write = new PutItemCommand({
        ...unlessHeld(TAKEABLE, owner, time),
        Item: { ...Key, leaseOwner: { S: owner }, ...end(time, leaseMs) },
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      })
      const rejection = await rejectionOf(client.send(write))
      if (rejection === undefined) return 'claimed'
      const found = rejection.Item ?? (await read(Key))
      // If the record was deleted meanwhile, the next delivery can claim the key.
      return found && !found['leaseOwner'] ? 'done' : 'busy'
    },

    async renew(key, { owner, leaseMs }) {
      const { Key, time } = await begin(key)
      const Item = { ...Key, leaseOwner: { S: owner }, ...end(time, leaseMs) }
      const write = new PutItemCommand({ ...whileHeld(owner, time), Item })
      return (await rejectionOf(client.send(write))) === undefined
    },

    async complete(key, { owner, ttlMs }) {
      const { Key, time } = await begin(key)
      const Item = { ...Key, ...end(time, ttlMs) }
      const write = new PutItemCommand({ ...unlessHeld(COMPLETABLE, owner, time), Item })
      return (await rejectionOf(client.send(write))) === undefined
    },

    async release(key, { owner }) {
      const { Key, time } = await begin(key)
      const write = new DeleteItemCommand({ ...whileHeld(owner, time), Key })
      return (await rejectionOf(client.send(write))) === undefined
    },
  }
}

/**
 * Returns the worker's clock, corrected if it is provably wrong. DynamoDB doesn't compare times with a clock of its own, but
 * each response says when it was written, to the second.
 *
 * @param {DynamoDBClient} client
 * @param {() => number} now
 */
function correctedClock(client, now) {
  let correction = 0
  client.middlewareStack.add(
    (next) => async (args) => {
      const sentAt = now()
      const result = await next(args)
      const receivedAt = now()
      const response = /** @type {{ headers: Record<string, string> }} */ (result.response)
      const writtenAt = Date.parse(response.headers['date'] ?? '')
      // The response was written after the request was sent and before the response arrived. If `behind` or `ahead` is
      // positive, the clock is wrong by at least that much.
      const behind = writtenAt - receivedAt
      const ahead = sentAt - (writtenAt + 1000)
      correction = behind > MAX_CLOCK_ERROR_MS ? behind : ahead > MAX_CLOCK_ERROR_MS ? -ahead : 0
      return result
    },
    // As close to the network as possible, so that error responses are seen here, too.
    { step: 'deserialize', priority: 'low' },
  )
  return () => now() + correction
}

/**
 * Returns the attributes that say when a record expires, and when DynamoDB may delete it.
 *
 * @param {number} time
 * @param {number} milliseconds
 */
function end(time, milliseconds) {
  const expiresAt = time + Math.min(Math.ceil(milliseconds), MAX_MS)
  const removeAt = Math.ceil(expiresAt / 1000) + REMOVAL_DELAY
  return { expiresAt: { N: String(expiresAt) }, removeAt: { N: String(removeAt) } }
}

/**
 * Waits for a conditional write. Resolves to the error if its condition failed, and to `undefined` if it succeeded.
 *
 * @param {Promise<unknown>} write
 * @returns {Promise<ConditionalCheckFailedException | undefined>}
 */
async function rejectionOf(write) {
  try {
    await write
    return undefined
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return error
    throw error
  }
}

/**
 * Returns a key that fits into DynamoDB. A long key, or one that isn't valid Unicode, is cut, and a hash of the whole key is
 * appended. The result is longer than any unchanged key, so no two keys become equal.
 *
 * @param {string} key
 */
function boundedKey(key) {
  if (key.length <= MAX_KEY_LENGTH && !/\p{Surrogate}/u.test(key)) return key
  const hash = createHash('sha256').update(key, 'utf16le').digest('hex')
  return `${key.slice(0, MAX_KEY_LENGTH).padEnd(MAX_KEY_LENGTH)}~${hash}`
}
