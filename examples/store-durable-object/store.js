import { DurableObject } from 'cloudflare:workers'

/**
 * A dedupe store in Durable Objects, shared by all instances of all Workers that are bound to the namespace.
 *
 * One object for each key, so that no event waits for another. The runtime hashes a key, of whatever length and
 * content, to the id of its object.
 */
export function durableObjectStore(namespace) {
  return {
    claim: (key, lease) => namespace.getByName(key).claim(lease),
    renew: (key, lease) => namespace.getByName(key).renew(lease),
    complete: (key, lease) => namespace.getByName(key).complete(lease),
    release: (key, lease) => namespace.getByName(key).release(lease),
  }
}

/** The runtime counts nanoseconds in 64 bits, and takes no alarm after the year 2262. 30 years, in milliseconds. */
const MAX_MS = 1e12

/**
 * What is known of one key: nothing, who holds it, or that it is done.
 *
 * There is one object of that name in the world, and it has one thread. Each step reads and writes before its only
 * `await`, so nothing comes in between, and what it writes is one transaction. The runtime holds the answer back until
 * that is on disk. Time is the object's own clock.
 */
export class DedupeObject extends DurableObject {
  async claim({ owner, leaseMs }) {
    const record = this.#liveRecord()
    if (record?.isDone) return 'done'
    if (record && record.owner !== owner) return 'busy'
    await this.#keep({ owner, isDone: false }, leaseMs)
    return 'claimed'
  }

  async renew({ owner, leaseMs }) {
    if (!this.#isHeldBy(owner)) return false
    await this.#keep({ owner, isDone: false }, leaseMs)
    return true
  }

  async complete({ owner, ttlMs }) {
    const record = this.#liveRecord()
    if (record && !record.isDone && record.owner !== owner) return false
    await this.#keep({ owner, isDone: true }, ttlMs)
    return true
  }

  async release({ owner }) {
    if (!this.#isHeldBy(owner)) return false
    await this.ctx.storage.deleteAll()
    return true
  }

  /** Deletes what has expired: an object without storage is gone, and costs nothing. */
  async alarm() {
    const record = this.#liveRecord()
    // The clock that rings may be ahead of this one.
    if (record) await this.ctx.storage.setAlarm(record.expiresAt)
    else await this.ctx.storage.deleteAll()
  }

  #liveRecord() {
    const record = this.ctx.storage.kv.get('record')
    return record && record.expiresAt > Date.now() ? record : undefined
  }

  #isHeldBy(owner) {
    const record = this.#liveRecord()
    return record?.owner === owner && !record.isDone
  }

  #keep(record, milliseconds) {
    const expiresAt = Date.now() + Math.min(milliseconds, MAX_MS)
    this.ctx.storage.kv.put('record', { ...record, expiresAt })
    return this.ctx.storage.setAlarm(expiresAt)
  }
}
