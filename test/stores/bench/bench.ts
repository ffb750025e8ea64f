/**
 * The cost of a store beside the least that its server can do on the same connection: `npm run bench:stores`. Exits
 * with 1 if a figure is over its limit.
 */

import { mkdtemp, rm } from 'node:fs/promises'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import pg from 'pg'
import { createClient } from 'redis'
import type { DedupeStore } from 'truedy-webhooks'
import { postgresSchema, postgresStore } from 'truedy-webhooks/stores/postgres'
import { redisStore } from 'truedy-webhooks/stores/redis'
import { sqliteSchema, sqliteStore } from 'truedy-webhooks/stores/sqlite'
import { measureMemoryStore } from '../../bench/memory.mjs'
import { integer, printRow, verdictOf } from '../../support/bench-rows.js'
import { startPostgres } from '../../support/postgres-server.js'
import { startRedis } from '../../support/redis-server.js'
import { type Candidate, measure } from './measure.js'

const LEASE_MS = 60_000
const TTL_MS = 259_200_000
/** The fraction of the bare minimum that a claim of a new key must reach. */
const LEAST_RATIO = 0.85

const TABLE = 'bench'
const FRESH_TABLE = 'fresh'

console.log(
  `Node ${process.version}, ${cpus()[0]?.model.trim()}, ${new Date().toISOString().slice(0, 16)} UTC`,
)
console.log('Medians of 21 interleaved rounds; ratios are taken within a round.\n')
printRow('', 'per second', 'median, µs', 'p99, µs', '× bare')

await benchRedis()
await benchPostgres()
await benchSqlite()
benchMemory()

async function benchRedis(): Promise<void> {
  const server = await startRedis()
  const client = createClient({ url: `redis://127.0.0.1:${server.port}` })
  await client.connect()
  const store = redisStore((command) => client.sendCommand(command))
  const bare: Candidate = {
    name: 'SET NX',
    run: (key) => client.sendCommand(['SET', `truedy:${key}`, '1', 'PX', String(LEASE_MS), 'NX']),
  }
  await bench('Redis, one connection', candidatesOf(store, bare), 500, 1, LEAST_RATIO)
  await bench('Redis, one connection, 50 in flight', candidatesOf(store, bare), 2000, 50, LEAST_RATIO)
  await client.close()
  await server.stop()
}

async function benchPostgres(): Promise<void> {
  const server = await startPostgres()
  const pool = new pg.Pool({ connectionString: server.url, max: 10 })
  // The server also reports connections that it ends while they are closing.
  pool.on('error', () => {})
  for (const table of [TABLE, FRESH_TABLE]) await pool.query(postgresSchema({ table }))
  // A table like the store's, with the same columns and index, and as bare as an insert can be.
  await pool.query(`CREATE TABLE bare (LIKE ${TABLE} INCLUDING ALL)`)
  const connection = await pool.connect()
  for (const [title, client, operations, inFlight, least] of [
    ['PostgreSQL, one connection', connection, 300, 1, LEAST_RATIO],
    ['PostgreSQL, a pool of 10', pool, 1000, 10, undefined],
  ] as const) {
    const storeOn = (table: string) => postgresStore((sql, params) => client.query(sql, params), { table })
    const bare: Candidate = {
      name: 'INSERT … ON CONFLICT DO NOTHING',
      run: (key, owner) =>
        client.query(
          "INSERT INTO bare (key, owner, expires_at) VALUES ($1, $2, now() + interval '1 minute') ON CONFLICT DO NOTHING",
          [key, owner],
        ),
    }
    const candidates = candidatesOf(storeOn(TABLE), bare, storeOn(FRESH_TABLE))
    await bench(title, candidates, operations, inFlight, least)
  }
  connection.release()
  await pool.end()
  await server.stop()
}

async function benchSqlite(): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'truedy-webhooks-bench-'))
  const db = new Database(join(directory, 'bench.db'))
  db.pragma('journal_mode = WAL')
  for (const table of [TABLE, FRESH_TABLE, 'bare']) db.exec(sqliteSchema({ table }))
  // A program keeps its statements, so both the store and the bare insert do.
  const statements = new Map<string, Database.Statement>()
  const prepared = (sql: string): Database.Statement => {
    const statement = statements.get(sql) ?? db.prepare(sql)
    statements.set(sql, statement)
    return statement
  }
  const storeOn = (table: string) => sqliteStore((sql, params) => prepared(sql).all(...params), { table })
  const bare: Candidate = {
    name: 'INSERT … ON CONFLICT DO NOTHING',
    run: (key, owner) =>
      prepared('INSERT INTO bare (key, owner, expires_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING').run(
        key,
        owner,
        LEASE_MS,
      ),
  }
  const candidates = candidatesOf(storeOn(TABLE), bare, storeOn(FRESH_TABLE))
  await bench('SQLite (better-sqlite3, WAL)', candidates, 1000, 1)
  db.close()
  await rm(directory, { recursive: true, force: true })
}

function benchMemory(): void {
  const found = measureMemoryStore()
  console.log('\nMemory store')
  check('claims a second', found.claimsPerSecond, '≥', 1_000_000)
  check('claims with complete, a second', found.claimsAndCompletesPerSecond)
  check('bytes a key, done', found.bytesCompleted, '≤', 250)
  check('bytes a key, held (with its owner)', found.bytesClaimed, '≤', 250)
}

/**
 * The bare minimum, and the steps of a store: for a new event, and for a known one. `fresh` is the store for new
 * events, on its own table, which grows as that of the bare minimum does.
 */
function candidatesOf(store: DedupeStore, bare: Candidate, fresh = store): Candidate[] {
  return [
    bare,
    { name: 'claim', run: (key, owner) => fresh.claim(key, { owner, leaseMs: LEASE_MS }) },
    {
      name: 'claim and complete',
      async run(key, owner) {
        await store.claim(key, { owner, leaseMs: LEASE_MS })
        await store.complete(key, { owner, ttlMs: TTL_MS })
      },
    },
    {
      name: 'claim of what is done',
      async prepare(key) {
        await store.claim(key, { owner: 'bench', leaseMs: LEASE_MS })
        await store.complete(key, { owner: 'bench', ttlMs: TTL_MS })
      },
      run: (key, owner) => store.claim(key, { owner, leaseMs: LEASE_MS }),
    },
  ]
}

async function bench(
  title: string,
  candidates: Candidate[],
  operations: number,
  inFlight: number,
  leastClaimRatio?: number,
): Promise<void> {
  console.log(`\n${title}`)
  for (const { candidate, perSecond, median, p99, ratio } of await measure(
    candidates,
    operations,
    inFlight,
  )) {
    const hasLimit = leastClaimRatio !== undefined && candidate.name === 'claim'
    const verdict = hasLimit ? ` ≥ ${leastClaimRatio} ${verdictOf(ratio >= leastClaimRatio)}` : ''
    printRow(
      candidate.name,
      integer(perSecond),
      integer(median),
      integer(p99),
      `${ratio.toFixed(2)}${verdict}`,
    )
  }
}

function check(name: string, value: number, comparison?: '≤' | '≥', limit?: number): void {
  const isMet = limit === undefined || (comparison === '≤' ? value <= limit : value >= limit)
  printRow(
    name,
    integer(value),
    limit === undefined ? '' : `${comparison} ${integer(limit)} ${verdictOf(isMet)}`,
  )
}
