/** `truedy-webhooks/stores/redis`: a dedupe store on Redis, through whichever client the program has. */

import type { Claim, DedupeStore } from '../dedupe/store.js'
import { recordKey, requireStoreArguments, wholeMs } from './record.js'

/**
 * Sends one command, given as an array of its words, and resolves with Redis' answer. `key` is the only key in the command;
 * some cluster clients need
 * it to find the right server.
 */
export type RedisCommand = (command: [name: string, ...args: string[]], key: string) => PromiseLike<unknown>

/** Options of {@link redisStore}. */
export interface RedisStoreOptions {
  /** The prefix of the keys. Default `truedy:`. */
  readonly prefix?: string | undefined
}

// A record is `done`, or `held:` and its owner. Each step is one command or script on one key, so it is atomic, even in a
// cluster. Records expire by the server's clock. The scripts are sent whole: a server that was flushed knows none.
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
 * A dedupe store on Redis 2.6.12 or later (or Valkey, KeyDB, Dragonfly), shared by all processes that use the same server.
 *
 * Each step takes one round trip; claiming a key that already has a record takes a second one. A record lives in the memory
 * of the
 * server: one that is lost there (a restart without persistence, a failover to a replica that was behind, eviction by
 * `maxmemory-policy`) makes its event new again.
 *
 * @param command - sends one command to the server: `(command) => client.sendCommand(command)` of node-redis,
 * `([name, ...args]) => client.call(name, ...args)` of ioredis
 * @param options - `prefix` (`truedy:`)
 * @returns the store; its steps reject with what the client rejects with
 * @throws `WebhookError` `invalid_options` if it is given the client instead of a function
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
    const answer = await command(['EVAL', script, '1', key, ...args], key)
    // Over HTTP integers may come as text. Anything else means that the function does something else than it should.
    if (['0', '1', '2'].includes(String(answer))) return Number(answer)
    throw new TypeError('The function given to redisStore must return what Redis answered, an integer here.')
  }

  const recordOf = (key: string) => prefix + recordKey(key)

  return {
    async claim(key, { owner, leaseMs }) {
      const record = recordOf(key)
      const time = String(wholeMs('leaseMs', leaseMs))
      // Nearly every event is new, and then this one command is enough. Otherwise, the script decides from scratch and
      // ignores this answer.
      const answer = await command(['SET', record, `held:${owner}`, 'PX', time, 'NX'], record)
      if (answer === 'OK') return 'claimed'
      if (answer !== null) {
        throw new TypeError(
          'The function given to redisStore must return what Redis answered, OK or null here.',
        )
      }
      return CLAIMS[await run(CLAIM, record, owner, time)] ?? 'busy'
    },
    async renew(key, { owner, leaseMs }) {
      return (await run(RENEW, recordOf(key), owner, String(wholeMs('leaseMs', leaseMs)))) === 1
    },
    async complete(key, { owner, ttlMs }) {
      return (await run(COMPLETE, recordOf(key), owner, String(wholeMs('ttlMs', ttlMs)))) === 1
    },
    async release(key, { owner }) {
      return (await run(RELEASE, recordOf(key), owner)) === 1
    },
  }
}
