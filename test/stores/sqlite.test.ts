import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient } from '@libsql/client'
import Database from 'better-sqlite3'
import { sql } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/better-sqlite3'
import { build } from 'esbuild'
import knexOf from 'knex'
import { CompiledQuery, Kysely, SqliteDialect } from 'kysely'
import { Miniflare } from 'miniflare'
import { DataSource } from 'typeorm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { dedupeKey } from '../../src/index.js'
import { type SqliteQuery, type SyncSqliteQuery, sqliteSchema, sqliteStore } from '../../src/stores/sqlite.js'
import { storeCases } from '../../src/testing/index.js'
import { expectHandledOnce, newEvent } from './events.js'
import { runCases, start } from './runtimes.js'

let directory: string
const closing: (() => unknown)[] = []

/** How each driver of this runtime is connected, as in the README. */
const drivers: Record<string, () => Promise<SqliteQuery>> = {
  async 'better-sqlite3'() {
    return openFile('better-sqlite3.db').query
  },
  async libSQL() {
    const client = createClient({ url: `file:${join(directory, 'libsql.db')}` })
    closing.push(() => client.close())
    await client.execute('PRAGMA journal_mode = WAL')
    await client.executeMultiple(sqliteSchema())
    return (sql, args) => client.execute({ sql, args })
  },
  async Drizzle() {
    const db = drizzle(openFile('drizzle.db').db)
    return (text, params) =>
      db.all(
        sql.join(
          text
            .split('?')
            .flatMap((piece, i) => (i ? [sql`${params[i - 1]}`, sql.raw(piece)] : sql.raw(piece))),
        ),
      )
  },
  async Kysely() {
    const db = new Kysely({ dialect: new SqliteDialect({ database: openFile('kysely.db').db }) })
    return (sql, params) => db.executeQuery(CompiledQuery.raw(sql, params))
  },
  async Knex() {
    openFile('knex.db')
    const knex = knexOf({
      client: 'better-sqlite3',
      connection: { filename: join(directory, 'knex.db') },
      useNullAsDefault: true,
    })
    closing.push(() => knex.destroy())
    return (sql, params) => knex.raw(sql, params)
  },
  async TypeORM() {
    openFile('typeorm.db')
    const dataSource = new DataSource({ type: 'better-sqlite3', database: join(directory, 'typeorm.db') })
    await dataSource.initialize()
    closing.push(() => dataSource.destroy())
    return (sql, params) => dataSource.query(sql, params)
  },
}

function openFile(name: string): { db: Database.Database; query: SyncSqliteQuery } {
  const db = new Database(join(directory, name), { timeout: 10_000 })
  closing.push(() => db.close())
  db.pragma('journal_mode = WAL')
  db.exec(sqliteSchema())
  return { db, query: (sql, params) => db.prepare(sql).all(...params) }
}

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'truedy-webhooks-sqlite-'))
})

afterAll(async () => {
  for (const close of closing) await close()
  await rm(directory, { recursive: true, force: true })
})

describe.each(Object.entries(drivers))('sqliteStore on %s', (_, open) => {
  let query: SqliteQuery
  beforeAll(async () => {
    query = await open()
  })

  it.concurrent.each(storeCases)('$name', ({ run }) => run(sqliteStore(query)))

  it('lets processOnce process an event once among many workers', () =>
    expectHandledOnce(() => sqliteStore(query)))

  it('sweeps only expired records, in batches', async () => {
    const sent: unknown[][] = []
    const store = sqliteStore(async (sql, params) => {
      sent.push(params)
      return query(sql, params)
    })
    await store.sweep()
    for (let i = 0; i < 25; i++) await store.claim(`old-${i}`, { owner: 'a', leaseMs: 1 })
    await store.claim('held', { owner: 'a', leaseMs: 60_000 })
    await new Promise((resolve) => setTimeout(resolve, 10))
    sent.length = 0
    expect(await store.sweep({ batchSize: 10 })).toBe(25)
    expect(sent).toEqual([[10], [10], [10]])
    expect(await store.sweep()).toBe(0)
    expect(await store.claim('held', { owner: 'b', leaseMs: 1 })).toBe('busy')
  })
})

describe.each([
  ['Node 22', 'node:sqlite'],
  ['Bun', 'bun:sqlite'],
] as const)('sqliteStore on %s with %s', (runtime, driver) => {
  let errors: Awaited<ReturnType<typeof runCases>>
  beforeAll(async () => {
    const file = `${driver.replace(':', '-')}.db`
    openFile(file)
    errors = await runCases(runtime, driver, join(directory, file))
  })

  it.each(storeCases)('$name', ({ name }) => expect(errors.get(name)).toBe(null))
})

describe('sqliteStore on Cloudflare D1, in a Worker', () => {
  let worker: Miniflare
  beforeAll(async () => {
    const { outputFiles } = await build({
      entryPoints: [join(import.meta.dirname, 'programs/d1.worker.js')],
      bundle: true,
      format: 'esm',
      write: false,
    })
    worker = new Miniflare({
      modules: true,
      script: outputFiles[0]?.text ?? '',
      compatibilityDate: '2026-01-01',
      d1Databases: ['DB'],
    })
  })
  afterAll(() => worker?.dispose())

  it.each(storeCases)('$name', async ({ name }) => {
    const response = await worker.dispatchFetch('http://localhost', { method: 'POST', body: name })
    expect(await response.json()).toBe(null)
  })
})

describe('several processes on one file', () => {
  it('each get different keys with any driver', async () => {
    const { db } = openFile('shared.db')
    const count = 500
    const processes = (
      [
        ['Node 20', 'better-sqlite3'],
        ['Node 20', 'better-sqlite3'],
        ['Node 22', 'node:sqlite'],
        ['Bun', 'bun:sqlite'],
      ] as const
    ).map(([runtime, driver], index) => {
      const file = join(directory, 'shared.db')
      return start(runtime, 'claim-keys.mjs', driver, file, `owner-${index}`, String(count))
    })
    // All start at the same moment.
    await Promise.all(
      processes.map(({ process }) => new Promise((resolve) => process.stdout.once('data', resolve))),
    )
    for (const { process } of processes) process.stdin.write('go\n')

    const claimed: string[] = []
    for (const { lines } of processes) claimed.push(...JSON.parse((await lines).at(-1) ?? ''))
    expect(claimed.sort()).toEqual(Array.from({ length: count }, (_, i) => `shared-${i}`).sort())
    const { done } = db.prepare('SELECT count(*) AS done FROM truedy_webhooks WHERE owner IS NULL').get() as {
      done: number
    }
    expect(done).toBe(count)
  })
})

describe('sqliteStore on a synchronous driver', () => {
  it('claims and completes synchronously, so that it works in a transaction', () => {
    const { db, query } = openFile('transaction.db')
    db.exec('CREATE TABLE effects (key TEXT)')
    const store = sqliteStore(query)
    const handle = db.transaction((key: string, fails: boolean) => {
      const found = store.claim(key, { owner: 'a', leaseMs: 60_000 })
      if (found !== 'claimed') return found
      db.prepare('INSERT INTO effects VALUES (?)').run(key)
      store.complete(key, { owner: 'a', ttlMs: 60_000 })
      if (fails) throw new Error('The business write failed.')
      return found
    })
    const key = dedupeKey(newEvent())
    expect(() => handle.immediate(key, true)).toThrow('The business write failed.')
    expect(db.prepare('SELECT * FROM effects').all()).toEqual([])
    expect(handle.immediate(key, false)).toBe('claimed')
    expect(handle.immediate(key, false)).toBe('done')
    expect(db.prepare('SELECT * FROM effects').all()).toEqual([{ key }])
    expect(store.sweep()).toBe(0)
    expect(store.release(key, { owner: 'a' })).toBe(false)
  })

  it("rethrows the driver's error if another process holds the lock for too long", () => {
    const { db } = openFile('locked.db')
    const impatient = new Database(join(directory, 'locked.db'), { timeout: 50 })
    const store = sqliteStore((sql, params) => impatient.prepare(sql).all(...params))
    db.exec('BEGIN IMMEDIATE')
    expect(() => store.claim('key', { owner: 'a', leaseMs: 1000 })).toThrow('database is locked')
    db.exec('COMMIT')
    expect(store.claim('key', { owner: 'a', leaseMs: 1000 })).toBe('claimed')
    impatient.close()
  })

  it('accepts a table with another name in an attached database', () => {
    const { db, query } = openFile('main.db')
    db.exec(`ATTACH '${join(directory, 'attached.db')}' AS hooks`)
    const options = { table: 'hooks.Order' }
    db.exec(sqliteSchema(options))
    db.exec(sqliteSchema(options))
    const store = sqliteStore(query, options)
    store.claim('key', { owner: 'a', leaseMs: 60_000 })
    expect(db.prepare('SELECT key, owner FROM hooks."Order"').all()).toEqual([{ key: 'key', owner: 'a' }])
  })

  it('sweeps with its index', () => {
    const { db } = openFile('index.db')
    let plan: unknown[] = []
    sqliteStore((sql, params) => {
      plan = db.prepare(`EXPLAIN QUERY PLAN ${sql}`).all(...params)
      return []
    }).sweep()
    expect(JSON.stringify(plan)).toContain('truedy_webhooks_expires_at')
  })
})
