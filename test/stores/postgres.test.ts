import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import pg from 'pg'
import postgres from 'postgres'
import { DataSource } from 'typeorm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isDuplicate } from '../../src/index.js'
import { type PostgresQuery, postgresSchema, postgresStore } from '../../src/stores/postgres.js'
import { storeCases } from '../../src/testing/index.js'
import { startPgbouncer } from '../support/pgbouncer.js'
import { startPostgres } from '../support/postgres-server.js'
import { orms } from './clients/orms.js'
import { expectHandledOnce, newEvent } from './events.js'
import { runCasesOfAll, start } from './runtimes.js'

let server: Awaited<ReturnType<typeof startPostgres>>
let pgbouncer: Awaited<ReturnType<typeof startPgbouncer>>
let pool: pg.Pool
const closing: (() => Promise<unknown>)[] = []

/** How each client is connected, as in the README. */
const clients: Record<string, () => Promise<PostgresQuery>> = {
  async 'the Pool of pg'() {
    return (sql, params) => pool.query(sql, params)
  },
  async 'a Client of pg inside a transaction'() {
    const client = await pool.connect()
    await client.query('BEGIN')
    closing.push(async () => {
      await client.query('ROLLBACK')
      client.release()
    })
    // The cases send many requests at once. Here they run one at a time, as in a transaction.
    let last: Promise<unknown> = Promise.resolve()
    return (sql, params) => {
      const result = last.then(() => client.query(sql, params))
      last = result.catch(() => {})
      return result
    }
  },
  async postgres() {
    const sql = postgres(server.url, { onnotice: () => {} })
    closing.push(() => sql.end())
    return (text, params) => sql.unsafe(text, params)
  },
  async 'the Pool of pg behind PgBouncer'() {
    const pool = new pg.Pool({ connectionString: pgbouncer.url, max: 20 })
    pool.on('error', () => {})
    closing.push(() => pool.end())
    return (sql, params) => pool.query(sql, params)
  },
  async 'postgres behind PgBouncer'() {
    const sql = postgres(pgbouncer.url, { onnotice: () => {} })
    closing.push(() => sql.end())
    return (text, params) => sql.unsafe(text, params)
  },
  async PGlite() {
    // PGlite runs on a thread of its own: it is embedded, so its clock is that of its thread, and one of the cases
    // makes the clock of this thread wrong.
    const thread = new Worker(join(import.meta.dirname, 'programs/pglite-thread.mjs'))
    closing.push(() => thread.terminate())
    const asked = new Map<number, (rows: object[]) => void>()
    thread.on('message', ({ id, rows }) => asked.get(id)?.(rows))
    return (sql, params) =>
      new Promise((resolve) => {
        const id = asked.size
        asked.set(id, resolve)
        thread.postMessage({ id, sql, params })
      })
  },
}

beforeAll(async () => {
  server = await startPostgres()
  pgbouncer = await startPgbouncer(server)
  pool = new pg.Pool({ connectionString: server.url, max: 20 })
  // The server also reports connections that it ends while they are closing.
  pool.on('error', () => {})
  await pool.query(postgresSchema())
})

afterAll(async () => {
  for (const close of closing) await close()
  await pool?.end()
  await pgbouncer?.stop()
  await server?.stop()
})

describe.each(Object.entries(clients))('postgresStore on %s', (_, connect) => {
  let query: PostgresQuery
  beforeAll(async () => {
    query = await connect()
  })

  it.concurrent.each(storeCases)('$name', ({ run }) => run(postgresStore(query)))

  it('lets processOnce process an event once among many workers', () =>
    expectHandledOnce(() => postgresStore(query)))
})

describe.each([
  ['PostgreSQL', [...Object.keys(orms), 'Neon'], () => server.url],
  ['PgBouncer', Object.keys(orms), () => pgbouncer.url],
] as const)('postgresStore through ORMs on %s', (_, names, url) => {
  let errors: Awaited<ReturnType<typeof runCasesOfAll>>
  beforeAll(async () => {
    errors = await runCasesOfAll('Node 22', names, url())
  }, 120_000)

  describe.each(names)('%s', (client) => {
    it.each(storeCases)('$name', ({ name }) => expect(errors.get(client)?.get(name)).toBe(null))
  })
})

describe('isDuplicate in a transaction of an ORM', () => {
  let lines: string[]
  beforeAll(async () => {
    lines = await start('Node 22', 'run-transactions.mjs', server.url).lines
  }, 120_000)

  it.each(Object.keys(orms))('recognizes duplicates with %s', (client) => {
    const found = lines.map((line) => JSON.parse(line)).find((line) => line.client === client)
    // A rollback leaves no record. One of two simultaneous transactions must run again.
    expect(found).toMatchObject({ inTurn: [false, false, true], atOnce: ['40001', false] })
  })
})

describe('postgresStore', () => {
  const store = () => postgresStore((sql, params) => pool.query(sql, params))

  /** Runs work in its own transaction, as a program would. */
  async function inTransaction<Value>(
    level: string,
    work: (query: PostgresQuery, client: pg.PoolClient) => Promise<Value>,
  ): Promise<Value> {
    const client = await pool.connect()
    try {
      await client.query(`BEGIN ISOLATION LEVEL ${level}`)
      const value = await work((sql, params) => client.query(sql, params), client)
      await client.query('COMMIT')
      return value
    } catch (error) {
      await client.query('ROLLBACK')
      throw error
    } finally {
      client.release()
    }
  }

  it('uses the clock of the server in any time zone of the session', async () => {
    const key = crypto.randomUUID()
    await store().claim(key, { owner: 'a', leaseMs: 60_000 })
    const { rows } = await pool.query(
      'SELECT extract(epoch FROM expires_at - clock_timestamp())::float8 AS left FROM truedy_webhooks WHERE key = $1',
      [key],
    )
    expect(rows[0].left).toBeGreaterThan(50)
    expect(rows[0].left).toBeLessThanOrEqual(60)
    await inTransaction('READ COMMITTED', async (query, client) => {
      await client.query("SET LOCAL TIME ZONE 'Pacific/Auckland'")
      expect(await postgresStore(query).claim(key, { owner: 'b', leaseMs: 60_000 })).toBe('busy')
    })
  })

  it('deletes a key that is released', async () => {
    const key = crypto.randomUUID()
    await store().claim(key, { owner: 'a', leaseMs: 60_000 })
    await store().release(key, { owner: 'a' })
    const { rowCount } = await pool.query('SELECT FROM truedy_webhooks WHERE key = $1', [key])
    expect(rowCount).toBe(0)
  })

  it('forgets what a transaction recorded before its rollback', async () => {
    const event = newEvent()
    const failure = inTransaction('READ COMMITTED', async (query) => {
      expect(await isDuplicate(event, postgresStore(query))).toBe(false)
      throw new Error('The business write failed.')
    })
    await expect(failure).rejects.toThrow('The business write failed.')
    expect(await isDuplicate(event, store())).toBe(false)
  })

  it.each(['READ COMMITTED', 'REPEATABLE READ', 'SERIALIZABLE'])(
    'lets one of two concurrent transactions write, at %s',
    async (level) => {
      const event = newEvent()
      await pool.query('CREATE TABLE IF NOT EXISTS effects (key text)')
      let claimed = 0
      const write = () =>
        inTransaction(level, async (query, client) => {
          if (await isDuplicate(event, postgresStore(query))) return 'duplicate'
          claimed += 1
          // Long enough for the other transaction to ask, which then waits for the end of this one.
          await client.query('SELECT pg_sleep(0.2)')
          await client.query('INSERT INTO effects VALUES ($1)', [event.id])
          return 'written'
        })
      const outcomes = await Promise.allSettled([write(), write()])
      const values = outcomes.map((outcome) =>
        outcome.status === 'fulfilled' ? outcome.value : outcome.reason,
      )
      expect(values).toContain('written')
      expect(claimed).toBe(1)
      const other = values.find((value) => value !== 'written')
      if (level === 'READ COMMITTED') expect(other).toBe('duplicate')
      else {
        expect(other).toMatchObject({ code: '40001', cause: expect.any(Error) })
        expect(other.message).toContain('run the transaction again')
        // As the message suggests, the transaction runs again.
        expect(await write()).toBe('duplicate')
      }
      const { rowCount } = await pool.query('SELECT FROM effects WHERE key = $1', [event.id])
      expect(rowCount).toBe(1)
    },
  )

  it('gives the event to the second transaction if the first is rolled back', async () => {
    const event = newEvent()
    const first = inTransaction('READ COMMITTED', async (query, client) => {
      await isDuplicate(event, postgresStore(query))
      await client.query('SELECT pg_sleep(0.2)')
      throw new Error('The business write failed.')
    })
    const second = inTransaction('READ COMMITTED', (query) => isDuplicate(event, postgresStore(query)))
    await expect(first).rejects.toThrow('The business write failed.')
    expect(await second).toBe(false)
  })

  it('accepts a table with another name and schema, which many processes create at once', async () => {
    await pool.query('CREATE SCHEMA IF NOT EXISTS hooks')
    const options = { table: 'hooks.Order' }
    await Promise.all(Array.from({ length: 10 }, () => pool.query(postgresSchema(options))))
    const other = postgresStore((sql, params) => pool.query(sql, params), options)
    const key = crypto.randomUUID()
    expect(await other.claim(key, { owner: 'a', leaseMs: 60_000 })).toBe('claimed')
    expect(await store().claim(key, { owner: 'b', leaseMs: 60_000 })).toBe('claimed')
    expect(await other.complete(key, { owner: 'a', ttlMs: 60_000 })).toBe(true)
    const { rows } = await pool.query('SELECT key FROM hooks."Order"')
    expect(rows).toEqual([{ key }])
  })

  /** Waits on the server's clock until leases of 1 ms have expired: a fast machine runs three statements in that time. */
  const untilExpired = () => pool.query('SELECT pg_sleep(0.01)')

  it('sweeps only expired records, in batches', async () => {
    const options = { table: 'swept' }
    await pool.query(postgresSchema(options))
    const sent: unknown[][] = []
    const query: PostgresQuery = (sql, params) => {
      sent.push(params)
      return pool.query(sql, params)
    }
    const swept = postgresStore(query, options)
    for (let i = 0; i < 25; i++) await swept.claim(`old-${i}`, { owner: 'a', leaseMs: 1 })
    await swept.claim('held', { owner: 'a', leaseMs: 60_000 })
    await swept.claim('done', { owner: 'a', leaseMs: 60_000 })
    await swept.complete('done', { owner: 'a', ttlMs: 60_000 })
    await untilExpired()
    sent.length = 0

    const counts = await Promise.all([swept.sweep({ batchSize: 10 }), swept.sweep({ batchSize: 10 })])
    const last = await swept.sweep()
    expect(counts[0] + counts[1] + last).toBe(25)
    expect(sent.slice(0, -1).every(([size]) => size === 10)).toBe(true)
    const { rows } = await pool.query('SELECT key FROM swept ORDER BY key')
    expect(rows).toEqual([{ key: 'done' }, { key: 'held' }])
  })

  it('does not wait for locked records in a sweep', async () => {
    const options = { table: 'locked' }
    await pool.query(postgresSchema(options))
    const swept = postgresStore((sql, params) => pool.query(sql, params), options)
    for (const key of ['one', 'two']) await swept.claim(key, { owner: 'a', leaseMs: 1 })
    await untilExpired()
    await inTransaction('READ COMMITTED', async (query) => {
      expect(await postgresStore(query, options).claim('one', { owner: 'b', leaseMs: 60_000 })).toBe(
        'claimed',
      )
      expect(await swept.sweep()).toBe(1)
    })
    expect(await swept.claim('one', { owner: 'c', leaseMs: 1000 })).toBe('busy')
  })

  it('sweeps with its index', async () => {
    await pool.query(
      `INSERT INTO truedy_webhooks SELECT 'swept-' || i, NULL, now() + i * interval '1 s' FROM generate_series(-10, 20000) i`,
    )
    await pool.query('ANALYZE truedy_webhooks')
    let plan = ''
    const explaining = postgresStore(async (sql, params) => {
      const { rows } = await pool.query(`EXPLAIN ${sql}`, params)
      plan = rows.map((row) => row['QUERY PLAN']).join('\n')
      return []
    })
    await explaining.sweep()
    expect(plan).toContain('truedy_webhooks_expires_at')
    expect(plan).not.toContain('Seq Scan')
  })

  it('rejects what TypeORM returns for UPDATE and DELETE, unless the rows are taken out', async () => {
    const dataSource = await new DataSource({ type: 'postgres', url: server.url }).initialize()
    closing.push(() => dataSource.destroy())
    const asItIs = postgresStore((sql, params) => dataSource.query(sql, params))
    const key = crypto.randomUUID()
    expect(await asItIs.claim(key, { owner: 'a', leaseMs: 60_000 })).toBe('claimed')
    const wrongRows = expect.objectContaining({ message: expect.stringContaining('[rows, count]') })
    await expect(asItIs.renew(key, { owner: 'a', leaseMs: 60_000 })).rejects.toEqual(wrongRows)
    await expect(asItIs.release(key, { owner: 'b' })).rejects.toEqual(wrongRows)
    await expect(asItIs.sweep()).rejects.toEqual(wrongRows)
  })

  it('rejects a client instead of a function, and rethrows the error of a client that is a function', async () => {
    expect(() => postgresStore(pool as never)).toThrow(expect.objectContaining({ code: 'invalid_options' }))
    const sql = postgres(server.url)
    closing.push(() => sql.end())
    const claimed = postgresStore(sql as never).claim('key', { owner: 'a', leaseMs: 1000 })
    await expect(claimed).rejects.toThrow('NOT_TAGGED_CALL')
  })

  it('rethrows the errors of the client', async () => {
    const lost = postgresStore((sql, params) => pool.query(sql, params), { table: 'no_such_table' })
    await expect(lost.claim('key', { owner: 'a', leaseMs: 1000 })).rejects.toMatchObject({ code: '42P01' })
  })
})
