import { DurableObject } from 'cloudflare:workers'

/**
 * A dedupe store in Durable Objects, shared by all instances of all Workers that are bound to the namespace.
 *
 * Each key has its own object, so events don't wait for each other. The runtime hashes the key, whatever its length and content,
 * to the id of its object.
 */
export function durableObjectStore(namespace) {
  return {
    claim: (key, lease) => namespace.getByName(key).claim(lease),
    renew: (key, lease) => namespace.getByName(key).renew(lease),
    complete: (key, lease) => namespace.getByName(key).complete(lease),
    release: (key, lease) => namespace.getByName(key).release(lease),
  }
}

/** 30 years, in milliseconds. The runtime rejects alarms after the year 2262, because it counts nanoseconds in 64 bits. */
const MAX_MS = 1e12

/**
 * The record of one key: absent, leased by an owner, or done.
 *
 * Only one object of a name exists in the world, and it has one thread. Each step reads and writes before its only `await`, so
 * no other step comes in between, and its writes are one transaction. The runtime delays the response until they are on disk.
 * All times come from the object's own clock.
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

  /** Deletes an expired record. An object without storage doesn't exist any longer, and costs nothing. */
  async alarm() {
    const record = this.#liveRecord()
    // The clock that triggers alarms may be ahead of this one.
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
