/** A dedupe store in memory, for a single process. */

import { requireFunction, requireOptions, requirePositive } from '../checks.js'
import type { Claim, DedupeStore } from '../dedupe/store.js'

/** Options of {@link memoryStore}. */
export interface MemoryStoreOptions {
  /** The largest number of keys. Default 100,000. */
  readonly maxKeys?: number | undefined
  /** A clock in milliseconds that never goes backward. Default `performance.now`. */
  readonly now?: (() => number) | undefined
}

interface Entry {
  /** `undefined` once the event is done. */
  owner: string | undefined
  expiresAt: number
}

/**
 * Creates a dedupe store in the memory of this process. Other processes don't share it, and a restart empties it. If you run more
 * than one process, use a shared store.
 *
 * When the store is full, it removes expired keys first, then the oldest ones that are done. It never removes a lease that has not
 * expired. If it is full of such leases, the next claim throws, so the delivery gets a 500, and Truedy may retry.
 *
 * @param options - `maxKeys` (100,000), `now` (milliseconds, `performance.now`)
 * @throws {@link WebhookError} `invalid_options`
 *
 * @example
 * ```ts
 * import { createWebhookHandler, memoryStore } from 'truedy-webhooks'
 *
 * export const POST = createWebhookHandler({
 *   secret: 'whsec_example',
 *   store: memoryStore({ maxKeys: 10_000 }),
 *   on: { 'call.ended': (event) => console.log(event.data) },
 * })
 * ```
 */
export function memoryStore(options: MemoryStoreOptions = {}): DedupeStore {
  requireOptions(options, ['maxKeys', 'now'])
  const { maxKeys = 100_000, now = () => performance.now() } = options
  requirePositive({ maxKeys })
  requireFunction('now', now)
  const entries = new Map<string, Entry>()

  /** Returns the entry if this owner holds it and it has not expired. */
  function held(key: string, owner: string): Entry | undefined {
    const entry = entries.get(key)
    return entry?.owner === owner && entry.expiresAt > now() ? entry : undefined
  }

  /** Sets an entry as the youngest. The map is in order of age, and the oldest entries are removed first. */
  function put(key: string, entry: Entry): void {
    entries.delete(key)
    entries.set(key, entry)
  }

  function makeRoom(time: number): void {
    for (const [key, entry] of entries) if (entry.expiresAt <= time) entries.delete(key)
    // The loop above is slow, so make room for many keys at once: a hundredth of the store.
    let excess = entries.size - maxKeys + Math.ceil(maxKeys / 100)
    for (const [key, entry] of entries) {
      if (excess <= 0) return
      if (entry.owner !== undefined) continue
      entries.delete(key)
      excess--
    }
    if (entries.size >= maxKeys)
      throw new Error(`The store is full of live leases (${maxKeys}). Raise maxKeys.`)
  }

  return {
    claim(key, { owner, leaseMs }): Claim {
      const time = now()
      const entry = entries.get(key)
      if (entry && entry.expiresAt > time) {
        if (entry.owner === undefined) return 'done'
        if (entry.owner !== owner) return 'busy'
      }
      if (!entry && entries.size >= maxKeys) makeRoom(time)
      put(key, { owner, expiresAt: time + leaseMs })
      return 'claimed'
    },
    renew(key, { owner, leaseMs }): boolean {
      if (!held(key, owner)) return false
      put(key, { owner, expiresAt: now() + leaseMs })
      return true
    },
    complete(key, { owner, ttlMs }): boolean {
      const time = now()
      const entry = entries.get(key)
      const isLive = entry !== undefined && entry.expiresAt > time
      if (isLive && entry.owner !== undefined && entry.owner !== owner) return false
      if (!entry && entries.size >= maxKeys) makeRoom(time)
      put(key, { owner: undefined, expiresAt: time + ttlMs })
      return true
    },
    release(key, { owner }): boolean {
      return held(key, owner) !== undefined && entries.delete(key)
    },
  }
}
