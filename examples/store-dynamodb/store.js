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

// A record without `leaseOwner` is done, or absent. The names are none of DynamoDB's reserved words.
const TAKEABLE = 'attribute_not_exists(dedupeKey) OR leaseOwner = :owner OR expiresAt <= :takeable'
const HELD = 'leaseOwner = :owner AND expiresAt > :now'
const COMPLETABLE = 'attribute_not_exists(leaseOwner) OR leaseOwner = :owner OR expiresAt <= :takeable'

/** Longest key that is kept as it is, in UTF-16 units: three bytes each at most, of DynamoDB's 2,048. */
const MAX_KEY_LENGTH = 500
/** 30,000 years, in milliseconds. */
const MAX_MS = 1e15
/** DynamoDB removes a record this long after its end, in seconds: only the conditions decide when it ends. */
const REMOVAL_DELAY = 3600
/** A worker's clock is corrected when it is wrong by more than this, in milliseconds. */
const MAX_CLOCK_ERROR_MS = 5000

/**
 * One conditional write a step; a claim that is rejected reads the record where DynamoDB did not send it along.
 *
 * @param {DynamoDBClient} client
 * @param {object} options
 * @param {string} options.table - the name of the table, or its ARN
 * @param {number} [options.clockSkewMs] - how far the workers' clocks may differ, in milliseconds: a lease is taken over
 * this long after its end. Default 200
 * @param {() => number} [options.now] - this worker's clock, in milliseconds since 1970. Default `Date.now`
 * @returns {DedupeStore} its steps reject with what the client rejects with
 */
export function dynamodbStore(client, { table, clockSkewMs = 200, now = Date.now }) {
  const correctedNow = correctedClock(client, now)
  /** @type {Promise<unknown> | undefined} */
  let firstAnswer

  /** @param {string} key */
  async function begin(key) {
    const Key = { dedupeKey: { S: boundedKey(key) } }
    // Any answer tells whether this worker's clock is right. The first one has to come before the first write.
    firstAnswer ??= read(Key)
    try {
      await firstAnswer
    } catch (error) {
      firstAnswer = undefined
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
   * The condition of a write that only the owner of a live lease may do.
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
   * The condition of a write that the owner of another live lease prevents.
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
      const rejection = await refusalOf(client.send(write))
      if (rejection === undefined) return 'claimed'
      const found = rejection.Item ?? (await read(Key))
      // Gone meanwhile: busy, and the next delivery gets it.
      return found && !found['leaseOwner'] ? 'done' : 'busy'
    },

    async renew(key, { owner, leaseMs }) {
      const { Key, time } = await begin(key)
      const Item = { ...Key, leaseOwner: { S: owner }, ...end(time, leaseMs) }
      const write = new PutItemCommand({ ...whileHeld(owner, time), Item })
      return (await refusalOf(client.send(write))) === undefined
    },

    async complete(key, { owner, ttlMs }) {
      const { Key, time } = await begin(key)
      const Item = { ...Key, ...end(time, ttlMs) }
      const write = new PutItemCommand({ ...unlessHeld(COMPLETABLE, owner, time), Item })
      return (await refusalOf(client.send(write))) === undefined
    },

    async release(key, { owner }) {
      const { Key, time } = await begin(key)
      const write = new DeleteItemCommand({ ...whileHeld(owner, time), Key })
      return (await refusalOf(client.send(write))) === undefined
    },
  }
}

/**
 * The worker's clock, set right where it is provably wrong. DynamoDB compares no times with a clock of its own, but its
 * answers say when they were written, to the second.
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
      // The answer was written after the request was sent and before the answer arrived. If `behind` or `ahead` is positive,
      // the clock is wrong by at least that much.
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
 * @param {number} time
 * @param {number} milliseconds
 */
function end(time, milliseconds) {
  const expiresAt = time + Math.min(Math.ceil(milliseconds), MAX_MS)
  const removeAt = Math.ceil(expiresAt / 1000) + REMOVAL_DELAY
  return { expiresAt: { N: String(expiresAt) }, removeAt: { N: String(removeAt) } }
}

/**
 * Why a conditional write was not done; `undefined` where it was.
 *
 * @param {Promise<unknown>} write
 * @returns {Promise<ConditionalCheckFailedException | undefined>}
 */
async function refusalOf(write) {
  try {
    await write
    return undefined
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return error
    throw error
  }
}

/**
 * Keys that are long, or that UTF-8 cannot carry, are cut and carry a hash of the whole. They become longer than any that is
 * kept as it is, so none is like another.
 *
 * @param {string} key
 */
function boundedKey(key) {
  if (key.length <= MAX_KEY_LENGTH && !/\p{Surrogate}/u.test(key)) return key
  const hash = createHash('sha256').update(key, 'utf16le').digest('hex')
  return `${key.slice(0, MAX_KEY_LENGTH).padEnd(MAX_KEY_LENGTH)}~${hash}`
}
