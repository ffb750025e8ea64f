/** The transactions of ORMs and query builders, each with a store on its connection. */

import { defineEntity, IsolationLevel, MikroORM, p } from '@mikro-orm/postgresql'
import { sql } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/node-postgres'
import knexOf from 'knex'
import { CompiledQuery, Kysely, PostgresDialect } from 'kysely'
import pg from 'pg'
import { QueryTypes, Sequelize, Transaction } from 'sequelize'
import { type PostgresStore, postgresStore } from 'truedy-webhooks/stores/postgres'
import { DataSource } from 'typeorm'

/** Runs work in a SERIALIZABLE transaction, which is rolled back if the work throws. */
export type InTransaction = <Value>(work: (store: PostgresStore) => Promise<Value>) => Promise<Value>

export const transactions: Readonly<Record<string, (url: string) => Promise<InTransaction>>> = {
  async Drizzle(url) {
    const db = drizzle(url)
    return (work) =>
      db.transaction(
        (tx) =>
          work(
            postgresStore((text, params) =>
              tx.execute(
                sql.join(
                  text
                    .split(/\$(\d)/)
                    .map((piece, i) => (i % 2 ? sql`${params[Number(piece) - 1]}` : sql.raw(piece))),
                ),
              ),
            ),
          ),
        { isolationLevel: 'serializable' },
      )
  },
  async Kysely(url) {
    const pool = new pg.Pool({ connectionString: url })
    const db = new Kysely({ dialect: new PostgresDialect({ pool }) })
    return (work) =>
      db
        .transaction()
        .setIsolationLevel('serializable')
        .execute((tx) =>
          work(postgresStore((sql, params) => tx.executeQuery(CompiledQuery.raw(sql, params)))),
        )
  },
  async TypeORM(url) {
    const dataSource = await new DataSource({ type: 'postgres', url }).initialize()
    return (work) =>
      dataSource.transaction('SERIALIZABLE', (manager) =>
        work(
          postgresStore(async (sql, params) => {
            const result = await manager.query(sql, params)
            return Array.isArray(result[0]) ? result[0] : result
          }),
        ),
      )
  },
  async Sequelize(url) {
    const sequelize = new Sequelize(url, { logging: false })
    const { SERIALIZABLE } = Transaction.ISOLATION_LEVELS
    return (work) =>
      sequelize.transaction({ isolationLevel: SERIALIZABLE }, (transaction) =>
        work(
          postgresStore((sql, bind) => sequelize.query(sql, { bind, type: QueryTypes.SELECT, transaction })),
        ),
      )
  },
  async Knex(url) {
    const knex = knexOf({ client: 'pg', connection: url })
    return (work) =>
      knex.transaction(
        (tx) => work(postgresStore((sql, params) => tx.raw(sql.replace(/\$\d/g, '?'), params))),
        { isolationLevel: 'serializable' },
      )
  },
  async MikroORM(url) {
    const Call = defineEntity({ name: 'Call', properties: { id: p.integer().primary() } })
    const orm = await MikroORM.init({ clientUrl: url, entities: [Call] })
    return (work) =>
      orm.em
        .fork()
        .transactional(
          (em) => work(postgresStore((sql, params) => em.execute(sql.replace(/\$\d/g, '?'), params))),
          { isolationLevel: IsolationLevel.SERIALIZABLE },
        )
  },
}
