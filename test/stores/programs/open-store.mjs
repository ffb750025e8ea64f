/** The stores that other runtimes than the test's open, with each client connected as in the README. */

import { redisStore } from 'truedy-webhooks/stores/redis'
import { sqliteStore } from 'truedy-webhooks/stores/sqlite'

const openers = {
  async 'better-sqlite3'(file) {
    const { default: Database } = await import('better-sqlite3')
    const db = new Database(file, { timeout: 10_000 })
    db.pragma('journal_mode = WAL')
    return sqliteStore((sql, params) => db.prepare(sql).all(...params))
  },
  async 'node:sqlite'(file) {
    const { DatabaseSync } = await import('node:sqlite')
    const db = new DatabaseSync(file)
    db.exec('PRAGMA busy_timeout = 10000; PRAGMA journal_mode = WAL')
    return sqliteStore((sql, params) => db.prepare(sql).all(...params))
  },
  async 'bun:sqlite'(file) {
    const { Database } = await import('bun:sqlite')
    const db = new Database(file)
    db.exec('PRAGMA busy_timeout = 10000; PRAGMA journal_mode = WAL')
    return sqliteStore((sql, params) => db.query(sql).all(...params))
  },
  async 'Redis of Bun'(url) {
    const { RedisClient } = await import('bun')
    const client = new RedisClient(url)
    return redisStore(([name, ...args]) => client.send(name, args))
  },
}

/**
 * @param {string} client - one of the names above, or of `clients/orms.ts`
 * @param {string} address - the file or URL
 */
export async function openStore(client, address) {
  if (client === 'Neon') return (await import('../clients/neon.ts')).openNeon(address)
  const open = openers[client] ?? (await import('../clients/orms.ts')).orms[client]
  return open(address)
}
