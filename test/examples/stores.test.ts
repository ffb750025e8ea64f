/** The stores in `examples/`, as a user copies them, on real servers. */

import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { type DedupeStore, dedupeKey, isDuplicate, parseEvent } from 'truedy-webhooks'
import { signDelivery, storeCases } from 'truedy-webhooks/testing'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { installExample, type Server, startServer } from '../support/driver.js'
import { startMariaDb } from '../support/mariadb-server.js'
import { packLibrary } from '../support/package.js'
import { callDynamoDb, createTable, serveRefusedItems, startDynamoDb } from './dynamodb-server.js'
import { needDynamoDb, needMariaDb } from './needs.js'

const run = promisify(execFile)

/** A lease that outlives every test, and one that expires at once, in milliseconds. */
const LONG_MS = 60_000
const SHORT_MS = 1

let workspace: string
const folders: Record<string, string> = {}

beforeAll(async () => {
  workspace = await mkdtemp(join(tmpdir(), 'truedy-webhooks-stores-'))
  const tarball = await packLibrary(workspace)
  for (const name of ['store-dynamodb', 'store-mysql']) {
    folders[name] = await installExample(name, tarball, workspace)
  }
})

afterAll(() => rm(workspace, { recursive: true, force: true }))

/** The store of an installed example. */
async function load<Module>(example: string): Promise<Module> {
  return (await import(pathToFileURL(join(folders[example] ?? '', 'store.js')).href)) as Module
}

/** A package of an installed example: the same copy that its store uses. */
function dependency<Module>(example: string, name: string): Module {
  return createRequire(join(folders[example] ?? '', 'store.js'))(name) as Module
}

describe.each([
  ['store-dynamodb', needDynamoDb],
  ['store-mysql', needMariaDb],
] as const)('examples/%s', (example, startNeed) => {
  it('processes an event once that is delivered to two processes', async () => {
    const need = await startNeed()
    const servers: Server[] = []
    try {
      const directory = folders[example] ?? ''
      for (let i = 0; i < 2; i += 1) servers.push(await startServer(directory, { env: need.env }))
      const events = Array.from({ length: 20 }, () => newEvent())
      const deliver = () =>
        Promise.all(
          events.flatMap((event) =>
            servers.map(async ({ url, secret }) => {
              const signed = await signDelivery(JSON.stringify(event), secret)
              return (await fetch(url, { method: 'POST', ...signed })).status
            }),
          ),
        )

      for (const status of await deliver()) expect([204, 503]).toContain(status)
      for (const status of await deliver()) expect(status).toBe(204)

      const processed = servers.flatMap((server) => server.processedLines().map(({ key }) => key))
      expect(processed.sort()).toEqual(events.map(dedupeKey).sort())
      expect(servers.map((server) => server.errorOutput())).toEqual(['', ''])
    } finally {
      for (const server of servers) await server.stop()
      await need.stop()
    }
  })

  it('has correct types', async () => {
    const root = join(import.meta.dirname, '../../node_modules')
    const strict = ['--strict', '--noUncheckedIndexedAccess', '--noPropertyAccessFromIndexSignature']
    const language = ['--module', 'nodenext', '--target', 'es2022', '--skipLibCheck']
    const node = ['--types', 'node', '--typeRoots', join(root, '@types')]
    await run(
      process.execPath,
      [
        join(root, 'typescript/bin/tsc'),
        ...['--noEmit', '--allowJs', '--checkJs', ...strict, ...language, ...node, 'store.js'],
      ],
      { cwd: folders[example] },
    ).catch(({ stdout }: { stdout: string }) => expect.fail(stdout))
  })
})

describe('examples/store-mysql', () => {
  it('responds with 500 in time while its server is frozen, and continues afterward', async () => {
    const database = await startMariaDb()
    const server = await startServer(folders['store-mysql'] ?? '', { env: { DATABASE_URL: database.url } })
    const deliver = async (event: object) => {
      const signed = await signDelivery(JSON.stringify(event), server.secret)
      return (await fetch(server.url, { method: 'POST', ...signed })).status
    }
    try {
      expect(await deliver(newEvent())).toBe(204)
      const proceed = await database.freeze()
      const events = Array.from({ length: 20 }, () => newEvent())
      try {
        const startedAt = performance.now()
        expect(await Promise.all(events.map(deliver))).toEqual(events.map(() => 500))
        expect(performance.now() - startedAt).toBeLessThan(9000)
      } finally {
        proceed()
      }
      // A claim that the server made after the client gave up holds its event until the lease expires.
      await vi.waitFor(async () => expect(await deliver(newEvent())).toBe(204), 10_000)
    } finally {
      await server.stop()
      await database.stop()
    }
  })
})

describe('dynamodbStore', () => {
  interface StoreModule {
    dynamodbStore(
      client: object,
      options: { table: string; clockSkewMs?: number; now?: () => number },
    ): DedupeStore
  }
  type Options = Omit<Parameters<StoreModule['dynamodbStore']>[1], 'table'>
  interface Item {
    readonly leaseOwner?: { S: string }
    readonly expiresAt: { N: string }
    readonly removeAt: { N: string }
  }

  let server: Awaited<ReturnType<typeof startDynamoDb>>
  let gateway: Awaited<ReturnType<typeof serveRefusedItems>>
  /** Opens a store with its own client, as another process has. */
  let storeOf: (endpoint: string, options?: Options & { table?: string }) => DedupeStore

  beforeAll(async () => {
    server = await startDynamoDb()
    gateway = await serveRefusedItems(server.endpoint)
    const { DynamoDBClient } = dependency<{ DynamoDBClient: new (options: object) => object }>(
      'store-dynamodb',
      '@aws-sdk/client-dynamodb',
    )
    const { dynamodbStore } = await load<StoreModule>('store-dynamodb')
    vi.stubEnv('AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED', 'true')
    storeOf = (endpoint, options) => {
      const { credentials } = server
      const client = new DynamoDBClient({ endpoint, region: 'eu-central-1', credentials })
      return dynamodbStore(client, { table: 'truedy-webhooks', ...options })
    }
  })

  afterAll(async () => {
    await gateway?.stop()
    await server?.stop()
  })

  async function itemOf(key: string): Promise<Item | undefined> {
    const read = { TableName: 'truedy-webhooks', Key: { dedupeKey: { S: key } }, ConsistentRead: true }
    return (await callDynamoDb<{ Item?: Item }>(server.endpoint, 'GetItem', read)).Item
  }

  describe('on dynalite', () => {
    let store: DedupeStore
    beforeAll(() => {
      store = storeOf(server.endpoint)
    })
    it.concurrent.each(storeCases)('$name', ({ run }) => run(store))
  })

  describe('if a rejection returns the record', () => {
    let store: DedupeStore
    beforeAll(() => {
      store = storeOf(gateway.endpoint)
    })
    it.concurrent.each(storeCases)('$name', ({ run }) => run(store))

    it('writes once per step, and reads only the time, in the first step', async () => {
      const before = gateway.operations.length
      const store = storeOf(gateway.endpoint)
      const key = crypto.randomUUID()
      await store.claim(key, { owner: 'a', leaseMs: LONG_MS })
      expect(await store.claim(key, { owner: 'b', leaseMs: LONG_MS })).toBe('busy')
      await store.renew(key, { owner: 'a', leaseMs: LONG_MS })
      await store.complete(key, { owner: 'a', ttlMs: LONG_MS })
      expect(await store.claim(key, { owner: 'b', leaseMs: LONG_MS })).toBe('done')
      await store.release(key, { owner: 'b' })
      const steps = ['PutItem', 'PutItem', 'PutItem', 'PutItem', 'PutItem', 'DeleteItem']
      expect(gateway.operations.slice(before)).toEqual(['GetItem', ...steps])
    })
  })

  it('gives each of many keys to one of two processes', () =>
    expectOneOfTwo(storeOf(server.endpoint), storeOf(server.endpoint)))

  it('tells DynamoDB to remove a record one hour after it expires', async () => {
    const store = storeOf(server.endpoint)
    const key = crypto.randomUUID()
    for (const step of ['claim', 'renew', 'complete'] as const) {
      const before = Date.now()
      await store[step](key, { owner: 'a', leaseMs: LONG_MS, ttlMs: 10 * LONG_MS })
      const length = step === 'complete' ? 10 * LONG_MS : LONG_MS
      const { expiresAt, removeAt } = (await itemOf(key)) ?? expect.fail('There is no record.')
      expect(Number(expiresAt.N)).toBeGreaterThanOrEqual(before + length)
      expect(Number(expiresAt.N)).toBeLessThanOrEqual(Date.now() + length)
      // DynamoDB removes a record only if the time is in whole seconds.
      expect(removeAt.N).toBe(String(Math.ceil(Number(expiresAt.N) / 1000) + 3600))
    }
  })

  it('deletes a key that is released', async () => {
    const store = storeOf(server.endpoint)
    const key = crypto.randomUUID()
    await store.claim(key, { owner: 'a', leaseMs: LONG_MS })
    expect(await itemOf(key)).toMatchObject({ leaseOwner: { S: 'a' } })
    await store.release(key, { owner: 'a' })
    expect(await itemOf(key)).toBeUndefined()
  })

  // The last length that is kept as it is, the first that is not, and the first that would not fit.
  it.each([500, 501, 683, 10_000])('accepts keys of %i characters with three bytes each', async (length) => {
    const store = storeOf(server.endpoint)
    const id = Array.from(crypto.randomUUID(), (unit) => String.fromCharCode(0x4e00 + unit.charCodeAt(0)))
    const key = id.join('').padEnd(length - 1, '世')
    expect(await store.claim(`${key}界`, { owner: 'a', leaseMs: LONG_MS })).toBe('claimed')
    expect(await store.claim(`${key}人`, { owner: 'b', leaseMs: LONG_MS })).toBe('claimed')
    expect(await store.claim(`${key}界`, { owner: 'c', leaseMs: LONG_MS })).toBe('busy')

    // DynamoDB allows 2,048 bytes; dynalite counts characters.
    const { Items } = await callDynamoDb<{ Items: { dedupeKey: { S: string } }[] }>(server.endpoint, 'Scan', {
      TableName: 'truedy-webhooks',
      FilterExpression: 'begins_with(dedupeKey, :id)',
      ExpressionAttributeValues: { ':id': { S: id.join('') } },
    })
    expect(Items).toHaveLength(2)
    for (const { dedupeKey } of Items) expect(Buffer.byteLength(dedupeKey.S)).toBeLessThanOrEqual(2048)
  })

  it('keeps a lease for as long as the clocks may differ', async () => {
    const key = crypto.randomUUID()
    const careful = storeOf(server.endpoint, { clockSkewMs: LONG_MS })
    await careful.claim(key, { owner: 'a', leaseMs: SHORT_MS })
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(await careful.claim(key, { owner: 'b', leaseMs: LONG_MS })).toBe('busy')
    expect(await careful.complete(key, { owner: 'b', ttlMs: LONG_MS })).toBe(false)
    const careless = storeOf(server.endpoint, { clockSkewMs: 0 })
    expect(await careless.claim(key, { owner: 'b', leaseMs: LONG_MS })).toBe('claimed')
  })

  it.each([
    ['an hour ahead', 3_600_000],
    ['an hour behind', -3_600_000],
  ])('works correctly from the first step if the clock is %s', async (_, error) => {
    const right = storeOf(server.endpoint)
    const wrong = () => storeOf(server.endpoint, { now: () => Date.now() + error })
    const [ofRight, ofWrong] = [crypto.randomUUID(), crypto.randomUUID()]
    await right.claim(ofRight, { owner: 'a', leaseMs: LONG_MS })
    expect(await wrong().claim(ofRight, { owner: 'b', leaseMs: LONG_MS })).toBe('busy')
    await wrong().claim(ofWrong, { owner: 'a', leaseMs: LONG_MS })
    expect(await right.claim(ofWrong, { owner: 'b', leaseMs: LONG_MS })).toBe('busy')
    const { expiresAt } = (await itemOf(ofWrong)) ?? expect.fail('There is no record.')
    expect(Math.abs(Number(expiresAt.N) - Date.now() - LONG_MS)).toBeLessThan(5000)
    expect(await wrong().complete(ofWrong, { owner: 'a', ttlMs: LONG_MS })).toBe(true)
  })

  it('does not correct a clock whose error is too small to prove', async () => {
    const key = crypto.randomUUID()
    const now = () => Date.now() + 3000
    await storeOf(server.endpoint, { now }).claim(key, { owner: 'a', leaseMs: LONG_MS })
    const { expiresAt } = (await itemOf(key)) ?? expect.fail('There is no record.')
    expect(Number(expiresAt.N) - Date.now() - LONG_MS).toBeGreaterThan(2000)
  })

  it('rejects with the errors of the client, in the first step and later', async () => {
    const table = 'short-lived'
    const step = { key: crypto.randomUUID(), owner: 'a', leaseMs: LONG_MS, ttlMs: LONG_MS }
    const store = storeOf(server.endpoint, { table })
    const isNotFound = { name: 'ResourceNotFoundException' }
    await expect(store.claim(step.key, step)).rejects.toMatchObject(isNotFound)

    await createTable(server.endpoint, table)
    expect(await store.claim(step.key, step)).toBe('claimed')
    await callDynamoDb(server.endpoint, 'DeleteTable', { TableName: table })
    await expect(store.claim(step.key, step)).rejects.toMatchObject(isNotFound)
    await expect(store.renew(step.key, step)).rejects.toMatchObject(isNotFound)
    await expect(store.complete(step.key, step)).rejects.toMatchObject(isNotFound)
    await expect(store.release(step.key, step)).rejects.toMatchObject(isNotFound)
  })
})

describe('mysqlStore', () => {
  interface StoreModule {
    mysqlSchema(options?: { table?: string }): string
    mysqlStore(
      pool: object,
      options?: { table?: string },
    ): DedupeStore & { sweep(options?: { batchSize?: number }): Promise<number> }
  }
  type Row = Readonly<Record<string, unknown>>
  interface Connection {
    query(sql: string, values?: unknown[]): Promise<[Row[]]>
    end(): Promise<void>
  }
  interface Client {
    createPool(options: { uri: string; connectionLimit: number }): Connection
    createConnection(url: string): Promise<Connection>
  }

  let server: Awaited<ReturnType<typeof startMariaDb>>
  let client: Client
  let stores: StoreModule
  let pool: Connection
  let store: ReturnType<StoreModule['mysqlStore']>
  const open: Connection[] = []

  beforeAll(async () => {
    // A default of newer releases that makes more statements fail because of others.
    server = await startMariaDb('--loose-innodb-snapshot-isolation=ON')
    client = dependency('store-mysql', 'mysql2/promise')
    stores = await load('store-mysql')
    pool = poolOf(10)
    store = stores.mysqlStore(pool)
    await pool.query(stores.mysqlSchema())
  })

  afterAll(async () => {
    for (const connection of open) await connection.end()
    await server?.stop()
  })

  /** A separate pool, as another process has. */
  function poolOf(connectionLimit: number): Connection {
    const created = client.createPool({ uri: server.url, connectionLimit })
    open.push(created)
    return created
  }

  async function connect(): Promise<Connection> {
    const connection = await client.createConnection(server.url)
    open.push(connection)
    return connection
  }

  async function numberOf(sql: string, connection = pool): Promise<number> {
    const [[row = {}]] = await connection.query(sql)
    return Number(row['Value'] ?? Object.values(row)[0])
  }

  /** Resolves once `count` transactions wait for a lock. */
  async function untilWaiting(count: number): Promise<void> {
    const sql = `SELECT COUNT(*) FROM information_schema.innodb_trx WHERE trx_state = 'LOCK WAIT'`
    // The server responds from a cache, which it renews once nobody has asked for 100 ms.
    await vi.waitFor(async () => expect(await numberOf(sql)).toBe(count), { timeout: 10_000, interval: 200 })
  }

  const deadlocks = () => numberOf(`SHOW GLOBAL STATUS LIKE 'Innodb_deadlocks'`)

  it.concurrent.each(storeCases)('$name', ({ run }) => run(store))

  it('gives each of many keys to one of two processes', () =>
    expectOneOfTwo(stores.mysqlStore(poolOf(10)), stores.mysqlStore(poolOf(10))))

  // The last length that is kept as it is, the first that is not, and the first that would not fit.
  it.each([255, 256, 342, 10_000])(
    'accepts keys and owners of %i characters with three bytes each',
    async (length) => {
      const [key = '', other = '', owner = '', stranger = ''] = ['界', '人', '主', '客'].map(
        (end) => '世'.repeat(length - 1) + end,
      )
      expect(await store.claim(key, { owner, leaseMs: LONG_MS })).toBe('claimed')
      expect(await store.claim(key, { owner: stranger, leaseMs: LONG_MS })).toBe('busy')
      expect(await store.claim(other, { owner: stranger, leaseMs: LONG_MS })).toBe('claimed')
      expect(await store.complete(key, { owner, ttlMs: LONG_MS })).toBe(true)
      expect(await store.claim(other, { owner, leaseMs: LONG_MS })).toBe('busy')
    },
  )

  it('uses the same time in sessions with different time zones', async () => {
    const key = crypto.randomUUID()
    const [west, east] = [await connect(), await connect()]
    await west.query(`SET time_zone = '-11:00'`)
    await east.query(`SET time_zone = '+11:00'`)
    await stores.mysqlStore(west).claim(key, { owner: 'a', leaseMs: LONG_MS })
    expect(await stores.mysqlStore(east).claim(key, { owner: 'b', leaseMs: LONG_MS })).toBe('busy')
    expect(await stores.mysqlStore(west).complete(key, { owner: 'a', ttlMs: LONG_MS })).toBe(true)
    expect(await stores.mysqlStore(east).claim(key, { owner: 'b', leaseMs: LONG_MS })).toBe('done')
  })

  it('continues after a deadlock', async () => {
    // Many claims that wait for a transaction deadlock when it is rolled back.
    const key = crypto.randomUUID()
    const crowd = stores.mysqlStore(poolOf(20))
    const deadlocksBefore = await deadlocks()
    const transaction = await connect()
    await transaction.query('START TRANSACTION')
    await stores.mysqlStore(transaction).claim(key, { owner: 'first', leaseMs: LONG_MS })
    const claims = Array.from({ length: 20 }, async (_, i) =>
      crowd.claim(key, { owner: `owner-${i}`, leaseMs: LONG_MS }),
    )
    await untilWaiting(20)
    await transaction.query('ROLLBACK')

    expect((await Promise.all(claims)).sort()).toEqual([...Array(19).fill('busy'), 'claimed'])
    expect(await deadlocks()).toBeGreaterThan(deadlocksBefore)
  })

  it('rethrows a deadlock to the owner of the transaction, who must run it again', async () => {
    const [a, b] = [crypto.randomUUID(), crypto.randomUUID()]
    const [large, small] = [await connect(), await connect()]
    const lease = { owner: 'a', leaseMs: LONG_MS }
    // The server rolls back the smaller one.
    await pool.query('CREATE TABLE ballast (id INT PRIMARY KEY)')
    for (const transaction of [large, small]) await transaction.query('START TRANSACTION')
    await large.query('INSERT INTO ballast SELECT seq FROM seq_1_to_1000')
    await stores.mysqlStore(large).claim(a, lease)
    await stores.mysqlStore(small).claim(b, lease)
    const last = Promise.resolve(stores.mysqlStore(large).claim(b, { ...lease, owner: 'large' }))
    await untilWaiting(1)

    await expect(stores.mysqlStore(small).claim(a, { ...lease, owner: 'small' })).rejects.toMatchObject({
      errno: 1213,
    })
    expect(await last).toBe('claimed')
    await large.query('ROLLBACK')
    expect(await store.claim(b, { owner: 'b', leaseMs: LONG_MS })).toBe('claimed')
  })

  it('rejects and claims nothing if it waits too long for a lock', async () => {
    const key = crypto.randomUUID()
    const hasty = poolOf(1)
    await hasty.query('SET SESSION innodb_lock_wait_timeout = 1')
    const transaction = await connect()
    await transaction.query('START TRANSACTION')
    await stores.mysqlStore(transaction).claim(key, { owner: 'a', leaseMs: LONG_MS })
    const startedAt = performance.now()
    const claim = stores.mysqlStore(hasty).claim(key, { owner: 'b', leaseMs: LONG_MS })
    await expect(claim).rejects.toMatchObject({ errno: 1205 })
    // It waits once only, because that is long enough.
    expect(performance.now() - startedAt).toBeLessThan(4000)
    await transaction.query('ROLLBACK')
    expect(await store.claim(key, { owner: 'c', leaseMs: LONG_MS })).toBe('claimed')
  })

  it('records an event together with the effects of a transaction, or not at all', async () => {
    const event = newEvent()
    const transaction = await connect()
    const inTransaction = stores.mysqlStore(transaction)
    const answers = []
    for (const end of ['ROLLBACK', 'COMMIT', 'COMMIT']) {
      await transaction.query('START TRANSACTION')
      answers.push(await isDuplicate(event, inTransaction))
      await transaction.query(end)
    }
    expect(answers).toEqual([false, false, true])
  })

  it('deletes a key that is released', async () => {
    const key = crypto.randomUUID()
    const rows = () => numberOf(`SELECT COUNT(*) FROM truedy_webhooks WHERE dedupe_key = '${key}'`)
    await store.claim(key, { owner: 'a', leaseMs: LONG_MS })
    expect(await rows()).toBe(1)
    await store.release(key, { owner: 'a' })
    expect(await rows()).toBe(0)
  })

  it('sweeps only expired records, in batches', async () => {
    await pool.query(stores.mysqlSchema({ table: 'swept' }))
    const connection = await connect()
    const swept = stores.mysqlStore(connection, { table: 'swept' })
    for (let i = 0; i < 35; i += 1) await swept.claim(`expired-${i}`, { owner: 'a', leaseMs: SHORT_MS })
    for (const key of ['held', 'done']) await swept.claim(key, { owner: 'a', leaseMs: LONG_MS })
    await swept.complete('done', { owner: 'a', ttlMs: LONG_MS })
    await new Promise((resolve) => setTimeout(resolve, 50))

    const deletes = () => numberOf(`SHOW SESSION STATUS LIKE 'Com_delete'`, connection)
    const before = await deletes()
    expect(await swept.sweep({ batchSize: 10 })).toBe(35)
    expect((await deletes()) - before).toBe(4)
    const [rows] = await pool.query('SELECT CAST(dedupe_key AS CHAR) AS name FROM swept ORDER BY dedupe_key')
    expect(rows).toEqual([{ name: 'done' }, { name: 'held' }])
    expect(await swept.sweep()).toBe(0)
  })

  it('finds expired records with an index', async () => {
    const [[plan = {}]] = await pool.query(
      'EXPLAIN DELETE FROM truedy_webhooks WHERE expires_at <= UTC_TIMESTAMP(6)',
    )
    expect(String(plan['possible_keys'])).toContain('expires_at')
  })

  it('accepts a table name, with or without a database', async () => {
    await pool.query('CREATE DATABASE hooks')
    const table = 'hooks.Events_2'
    await pool.query(stores.mysqlSchema({ table }))
    const other = stores.mysqlStore(pool, { table })
    const key = crypto.randomUUID()
    expect(await other.claim(key, { owner: 'a', leaseMs: LONG_MS })).toBe('claimed')
    expect(await numberOf('SELECT COUNT(*) FROM hooks.Events_2')).toBe(1)
    expect(await store.claim(key, { owner: 'b', leaseMs: LONG_MS })).toBe('claimed')
  })

  it.each(['', 'a b', 'a`; DROP TABLE x; --', 'a.b.c', '.a', 'a.', 'a\n', 'täble', 'x'.repeat(65)])(
    'rejects the table name %j',
    (table) => {
      expect(() => stores.mysqlStore(pool, { table })).toThrow(TypeError)
      expect(() => stores.mysqlSchema({ table })).toThrow(TypeError)
    },
  )
})

function newEvent() {
  return parseEvent({ event: 'call.ended', timestamp: 1773844320, id: crypto.randomUUID(), data: {} })
}

/** Both stores claim each of 100 keys at the same moment. */
async function expectOneOfTwo(one: DedupeStore, other: DedupeStore): Promise<void> {
  const keys = Array.from({ length: 100 }, () => crypto.randomUUID())
  const claims = await Promise.all(
    keys.map((key) =>
      Promise.all([
        one.claim(key, { owner: 'one', leaseMs: LONG_MS }),
        other.claim(key, { owner: 'other', leaseMs: LONG_MS }),
      ]),
    ),
  )
  for (const pair of claims) expect(pair.sort()).toEqual(['busy', 'claimed'])
}
