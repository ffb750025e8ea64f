/** `truedy-webhooks/stores/redis`: a dedupe store on Redis, with any client. */

import { describeValue } from '../checks.js'
import type { Claim, DedupeStore } from '../dedupe/store.js'
import { recordKey, requireStoreArguments, wholeMs } from './record.js'

/**
 * Sends one command, given as an array of its words, and resolves with the reply of Redis. `key` is the only key in the command.
 * Some cluster clients need it to find the right server.
 */
export type RedisCommand = (command: [name: string, ...args: string[]], key: string) => PromiseLike<unknown>

/** Options of {@link redisStore}. */
export interface RedisStoreOptions {
  /** The prefix of the keys. Default `truedy:`. */
  readonly prefix?: string | undefined
}

// A record is `done`, or `held:` followed by its owner. A claim sends a command and, if there is a record already, a script that
// decides from scratch. Every other step is one script. Each script is atomic, even in a cluster, because it has only one key.
// Records expire by the server's clock. Scripts are sent as a whole, because a server may have lost its script cache.
const CLAIM = `
local record = redis.call('GET', KEYS[1])
if record == 'done' then return 2 end
if record and record ~= 'held:' .. ARGV[1] then return 0 end
redis.call('SET', KEYS[1], 'held:' .. ARGV[1], 'PX', ARGV[2])
return 1`
const RENEW = `
if redis.call('GET', KEYS[1]) ~= 'held:' .. ARGV[1] then return 0 end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])`
const COMPLETE = `
local record = redis.call('GET', KEYS[1])
if record and record ~= 'done' and record ~= 'held:' .. ARGV[1] then return 0 end
redis.call('SET', KEYS[1], 'done', 'PX', ARGV[2])
return 1`
const RELEASE = `
if redis.call('GET', KEYS[1]) ~= 'held:' .. ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])`

const CLAIMS: readonly Claim[] = ['busy', 'claimed', 'done']

/**
 * Creates a dedupe store on Redis 2.6.12 or later (or Valkey, KeyDB, Dragonfly), shared by all processes that use the same server.
 *
 * Each step takes one round trip. Claiming a key that already has a record takes two. If the server loses a record, the next
 * delivery of that event is processed again. Records are lost by a restart without persistence, by a failover to a replica that was
 * behind, or by eviction (`maxmemory-policy`).
 *
 * @param command - sends one command to the server: `(command) => client.sendCommand(command)` for node-redis,
 * `([name, ...args]) => client.call(name, ...args)` for ioredis
 * @param options - `prefix` (`truedy:`)
 * @returns the store. Its steps pass on the errors of the client
 * @throws `WebhookError` `invalid_options` for an unknown option, or if `command` is not a function
 *
 * @example
 * ```ts
 * import { createWebhookHandler } from 'truedy-webhooks'
 * import { redisStore } from 'truedy-webhooks/stores/redis'
 *
 * declare const client: { sendCommand(command: string[]): Promise<unknown> }
 *
 * export const POST = createWebhookHandler({
 *   secret: 'whsec_example',
 *   store: redisStore((command) => client.sendCommand(command)),
 *   on: { 'call.ended': (event) => console.log(event.data) },
 * })
 * ```
 */
export function redisStore(command: RedisCommand, options: RedisStoreOptions = {}): DedupeStore {
  const { prefix = 'truedy:' } = requireStoreArguments(
    'redisStore',
    '(command) => client.sendCommand(command)',
    command,
    options,
    ['prefix'],
  )

  async function run(script: string, key: string, ...args: string[]): Promise<number> {
    const reply = await command(['EVAL', script, '1', key, ...args], key)
    // Clients that use HTTP may return integers as strings.
    if (['0', '1', '2'].includes(String(reply))) return Number(reply)
    throw wrongReply('0, 1 or 2', reply)
  }

  const toRedisKey = (key: string) => prefix + recordKey(key)

  return {
    async claim(key, { owner, leaseMs }) {
      const redisKey = toRedisKey(key)
      const time = String(wholeMs('leaseMs', leaseMs))
      // Nearly every event is new, so this command is usually enough. If it doesn't claim the key, the script decides from scratch.
      const reply = await command(['SET', redisKey, `held:${owner}`, 'PX', time, 'NX'], redisKey)
      if (reply === 'OK') return 'claimed'
      if (reply !== null) throw wrongReply('"OK" or null', reply)
      return CLAIMS[await run(CLAIM, redisKey, owner, time)] ?? 'busy'
    },
    async renew(key, { owner, leaseMs }) {
      return (await run(RENEW, toRedisKey(key), owner, String(wholeMs('leaseMs', leaseMs)))) === 1
    },
    async complete(key, { owner, ttlMs }) {
      return (await run(COMPLETE, toRedisKey(key), owner, String(wholeMs('ttlMs', ttlMs)))) === 1
    },
    async release(key, { owner }) {
      return (await run(RELEASE, toRedisKey(key), owner)) === 1
    },
  }
}

function wrongReply(expected: string, reply: unknown): TypeError {
  return new TypeError(
    `The function given to redisStore returned the wrong value for this command (got ${describeValue(reply)}). ` +
      `Return the reply of Redis unchanged, which is ${expected} here.`,
  )
}
