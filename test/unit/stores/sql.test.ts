// These tests need no server. test/stores runs all others on real ones.

import { describe, expect, it } from 'vitest'
import { postgresSchema, postgresStore } from '../../../src/stores/postgres.js'
import { sqliteSchema, sqliteStore } from '../../../src/stores/sqlite.js'

/** A query function that returns these results in turn, and the parameters that it received. */
function queryOf(...results: unknown[]) {
  const sent: (string | number)[][] = []
  const query = (_sql: string, params: (string | number)[]) => {
    sent.push(params)
    // Some tests pass results that are not rows, to see that the store rejects them.
    return results.shift() as []
  }
  return { query, asyncQuery: async (sql: string, params: (string | number)[]) => query(sql, params), sent }
}

const BAD_TABLES = [
  '',
  '1st',
  'a b',
  'a"; DROP TABLE users; --',
  "a'",
  'a.b.c',
  '.a',
  'a.',
  'tablé',
  'a-b',
  'a\n',
  'a'.repeat(49),
]

describe.each([
  ['postgresStore', postgresStore, postgresSchema],
  ['sqliteStore', sqliteStore, sqliteSchema],
] as const)('%s', (_, makeStore, makeSchema) => {
  const lease = { owner: 'a', leaseMs: 1000, ttlMs: 1000 }

  it.each(BAD_TABLES)('rejects the table name %j', (table) => {
    const rejection = expect.objectContaining({
      code: 'invalid_options',
      message: expect.stringContaining('letters, digits and underscores'),
    })
    expect(() => makeStore(async () => [], { table })).toThrow(rejection)
    expect(() => makeSchema({ table })).toThrow(rejection)
  })

  it.each(['hooks', 'Hooks_2', 'a'.repeat(48), 'select', 'my_schema.hooks'])(
    'accepts the table name %s',
    (table) => {
      const quoted = `"${table.replace('.', '"."')}"`
      expect(makeSchema({ table })).toContain(quoted)
      const statements: string[] = []
      const store = makeStore(
        async (sql) => {
          statements.push(sql)
          return [{ owner: 'a' }]
        },
        { table },
      )
      store.claim('key', lease)
      store.renew('key', lease)
      store.complete('key', lease)
      store.release('key', lease)
      store.sweep({ batchSize: 2 })
      expect(statements).toHaveLength(5)
      // The name follows INTO, UPDATE or FROM directly.
      expect(statements.every((sql) => sql.includes(` ${quoted} `))).toBe(true)
    },
  )

  it.each([
    ['a', 'claimed'],
    ['b', 'busy'],
    [null, 'done'],
  ])('treats a row whose owner is %s as %s', async (owner, found) => {
    for (const result of [[{ owner }], { rows: [{ owner }], rowCount: 1 }]) {
      expect(await makeStore(queryOf(result).asyncQuery).claim('key', lease)).toBe(found)
    }
  })

  it.each([
    ['undefined', undefined],
    ['null', null],
    ['an object without rows', { rowCount: 1 }],
    ['a number', 1],
    ['an array of arrays, such as [rows, count]', [[], 1], 'return its first element'],
    ['an array that contains a number', [{}, 1], 'not every element is an object'],
  ])('throws if the query function returns %s', async (_, result, hint = 'It returned') => {
    const store = () => makeStore(queryOf(result).asyncQuery)
    const rejection = new RegExp(`must return rows.*${hint}`)
    await expect(store().claim('key', lease)).rejects.toThrow(rejection)
    await expect(store().renew('key', lease)).rejects.toThrow(rejection)
    await expect(store().complete('key', lease)).rejects.toThrow(rejection)
    await expect(store().release('key', lease)).rejects.toThrow(rejection)
    await expect(store().sweep()).rejects.toThrow(rejection)
  })

  it.each([
    ['no row', [], '(got no row). Return all rows, as objects'],
    ['rows as arrays', [['a']], 'return its first element'],
    ['a row without an owner', [{ key: 'key' }], '(got undefined). Return all rows, as objects'],
    ['an owner that is a number', [{ owner: 1 }], '(got 1). Return all rows, as objects'],
    ['a row that is null', [null], 'not every element is an object'],
  ])('throws if the query of a claim returns %s', async (_, rows, hint) => {
    const claim = makeStore(queryOf(rows, rows).asyncQuery).claim('key', lease)
    await expect(claim).rejects.toThrow(/must return (a row|rows)/)
    await expect(claim).rejects.toThrow(hint)
  })

  it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])('rejects a time of %s', async (milliseconds) => {
    const { asyncQuery, sent } = queryOf()
    const store = makeStore(asyncQuery)
    const rejection = (name: string) =>
      expect.objectContaining({ code: 'invalid_options', message: expect.stringContaining(name) })
    const failure = async (step: () => unknown) => step()
    await expect(failure(() => store.claim('key', { owner: 'a', leaseMs: milliseconds }))).rejects.toThrow(
      rejection('leaseMs'),
    )
    await expect(failure(() => store.renew('key', { owner: 'a', leaseMs: milliseconds }))).rejects.toThrow(
      rejection('leaseMs'),
    )
    await expect(failure(() => store.complete('key', { owner: 'a', ttlMs: milliseconds }))).rejects.toThrow(
      rejection('ttlMs'),
    )
    await expect(failure(() => store.sweep({ batchSize: milliseconds }))).rejects.toThrow(
      rejection('batchSize'),
    )
    expect(sent).toEqual([])
  })

  it('escapes keys so that a database can hold them, without merging two of them', async () => {
    const { asyncQuery, sent } = queryOf(...Array.from({ length: 20 }, () => [{ owner: 'a' }]))
    const store = makeStore(asyncQuery)
    const long = 'k'.repeat(512)
    const keys = [
      'call.ended:call:c1',
      '世界 👩‍🚀',
      'a\0b',
      'a\\0000b',
      'a\ud800b',
      'a\udc00b',
      long,
      `${long}k`,
      `${long}l`,
      `${'k'.repeat(447)}👩‍🚀${long}`,
    ]
    for (const key of keys) await store.claim(key, lease)
    const stored = sent.map(([key]) => String(key))
    expect(stored.slice(0, 2)).toEqual(keys.slice(0, 2))
    expect(stored.slice(2, 6)).toEqual(['a\\0000b', 'a\\005c0000b', 'a\\d800b', 'a\\dc00b'])
    expect(stored[6]).toBe(long)
    expect(stored.slice(7).map(({ length }) => length)).toEqual([513, 513, 513])
    // The end of a key is a digest, in front of which half a surrogate pair is replaced.
    expect(stored[7]).toMatch(/^k{448}~[\da-f]{64}$/)
    expect(stored[9]).toMatch(/^k{447}~~[\da-f]{64}$/)
    expect(new Set(stored).size).toBe(keys.length)
    expect(stored.every((key) => !key.includes('\0') && Buffer.from(key).toString() === key)).toBe(true)
  })

  it('returns whether a row was renewed, completed or released, and sends the owner', async () => {
    const { asyncQuery, sent } = queryOf([{}], [], [{}], [], [{}], [])
    const store = makeStore(asyncQuery)
    expect(await store.renew('key', lease)).toBe(true)
    expect(await store.renew('key', lease)).toBe(false)
    expect(await store.complete('key', lease)).toBe(true)
    expect(await store.complete('key', lease)).toBe(false)
    expect(await store.release('key', lease)).toBe(true)
    expect(await store.release('key', lease)).toBe(false)
    for (const params of sent) expect(params).toEqual(expect.arrayContaining(['key', 'a']))
  })

  it('sends times as whole milliseconds', async () => {
    const { asyncQuery, sent } = queryOf([{ owner: 'a' }], [], [], [])
    const store = makeStore(asyncQuery)
    await store.claim('key', { owner: 'a', leaseMs: 1000.2 })
    await store.renew('key', { owner: 'a', leaseMs: 2000.2 })
    await store.complete('key', { owner: 'a', ttlMs: Number.MAX_SAFE_INTEGER })
    await store.sweep({ batchSize: 1.5 })
    expect(sent.flat().filter((param) => typeof param === 'number')).toEqual([1001, 2001, 1e15, 2])
  })

  it('sweeps until a batch is not full, and returns the count', async () => {
    const { asyncQuery, sent } = queryOf([{}, {}], [{}, {}], [{}], [])
    expect(await makeStore(asyncQuery).sweep({ batchSize: 2 })).toBe(5)
    expect(sent).toEqual([[2], [2], [2]])
  })
})

describe('postgresStore', () => {
  const failingWith = (error: unknown) =>
    postgresStore(async () => {
      throw error
    }).claim('key', { owner: 'a', leaseMs: 1 })

  it.each(['40001', '40P01'])('suggests running the transaction again for %s', async (code) => {
    const error = Object.assign(new Error('could not serialize access'), { code })
    const expected = { code, cause: error, message: expect.stringContaining('run the transaction again') }
    await expect(failingWith(error)).rejects.toMatchObject(expected)
    // Drizzle wraps the errors of pg like this.
    const wrapped = new Error('Failed query', { cause: error })
    await expect(failingWith(wrapped)).rejects.toMatchObject({ ...expected, cause: wrapped })
    // Sequelize wraps them like this.
    const hidden = Object.assign(new Error('could not serialize access'), { parent: error })
    await expect(failingWith(hidden)).rejects.toMatchObject({ ...expected, cause: hidden })
  })

  it('numbers its parameters in order, for clients that only support `?`', async () => {
    const statements: [sql: string, params: unknown[]][] = []
    const store = postgresStore(async (sql, params) => {
      statements.push([sql, params])
      return statements.length === 1 ? [] : [{ owner: 'a' }]
    })
    await store.claim('key', { owner: 'a', leaseMs: 1 })
    await store.renew('key', { owner: 'a', leaseMs: 1 })
    await store.complete('key', { owner: 'a', ttlMs: 1 })
    await store.release('key', { owner: 'a' })
    await store.sweep()
    expect(statements).toHaveLength(6)
    for (const [sql, params] of statements) {
      expect(sql.match(/\$\d+/g)).toEqual(params.map((_, index) => `$${index + 1}`))
      expect(sql).not.toContain('?')
    }
  })

  it('claims an absent key with one statement, and queries an existing one with a second', async () => {
    const lease = { owner: 'a', leaseMs: 1000 }
    const fresh = queryOf([{ owner: 'a' }])
    expect(await postgresStore(fresh.asyncQuery).claim('key', lease)).toBe('claimed')
    expect(fresh.sent).toEqual([['key', 'a', 1000]])
    for (const [owner, found] of [
      ['a', 'claimed'],
      ['b', 'busy'],
      [null, 'done'],
    ]) {
      const taken = queryOf([], [{ owner }])
      expect(await postgresStore(taken.asyncQuery).claim('key', lease)).toBe(found)
      expect(taken.sent).toEqual([
        ['key', 'a', 1000],
        ['key', 'a', 1000],
      ])
    }
  })

  it.each([
    Object.assign(new Error('no such table'), { code: '42P01' }),
    new Error('connect ECONNREFUSED'),
    'text',
    undefined,
    null,
  ])('rethrows %s unchanged', async (error) => {
    await expect(failingWith(error)).rejects.toBe(error)
  })
})

describe('sqliteStore', () => {
  it('names the function that it needs', () => {
    expect(() => sqliteStore({} as never)).toThrow(
      'sqliteStore needs a function that uses your client (got Object). Pass one such as (sql, params) => db.prepare(sql).all(...params).',
    )
  })

  it('is synchronous if its function is synchronous', () => {
    const { query } = queryOf([{ owner: 'a' }], [{}], [{}], [], [{}])
    const store = sqliteStore(query)
    expect(store.claim('key', { owner: 'a', leaseMs: 1 })).toBe('claimed')
    expect(store.renew('key', { owner: 'a', leaseMs: 1 })).toBe(true)
    expect(store.complete('key', { owner: 'a', ttlMs: 1 })).toBe(true)
    expect(store.release('key', { owner: 'a' })).toBe(false)
    expect(store.sweep()).toBe(1)
  })

  it.each([undefined, null, 1, {}])('throws if a synchronous function returns %s', (result) => {
    const store = sqliteStore(() => result as never)
    expect(() => store.claim('key', { owner: 'a', leaseMs: 1 })).toThrow('must return rows')
  })
})

describe('postgresSchema', () => {
  it('puts the index into the schema of the table without naming that schema', () => {
    expect(postgresSchema({ table: 'app.hooks' })).toContain(
      'INDEX IF NOT EXISTS "hooks_expires_at" ON "app"."hooks"',
    )
  })
})

describe('sqliteSchema', () => {
  it("names the index after the table, in the table's schema", () => {
    expect(sqliteSchema({ table: 'app.hooks' })).toContain(
      'INDEX IF NOT EXISTS "app"."hooks_expires_at" ON "hooks"',
    )
    expect(sqliteSchema()).toContain('INDEX IF NOT EXISTS "truedy_webhooks_expires_at" ON "truedy_webhooks"')
  })

  it('has one statement per line, as D1 requires', () => {
    expect(
      sqliteSchema()
        .split('\n')
        .map((line) => line.replace(/ (IF|ON) .*/, '')),
    ).toEqual(['CREATE TABLE', 'CREATE INDEX'])
  })

  it.each([
    ['a synchronous', (rows: object[]) => rows],
    ['an asynchronous', async (rows: object[]) => rows],
  ])('sweeps millions of records with %s driver without recursion', async (_, result) => {
    let batches = 0
    const store = sqliteStore(() => result(++batches < 20_000 ? [{}, {}] : [{}]))
    expect(await store.sweep({ batchSize: 2 })).toBe(39_999)
    expect(batches).toBe(20_000)
  })
})
