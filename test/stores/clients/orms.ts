/**
 * ORMs and query builders on PostgreSQL, opened as in their documentation and connected as in the README. They run on
 * Node 22 (`programs/run-cases.mjs`), because some need it.
 */

import { defineEntity, MikroORM, p } from '@mikro-orm/postgresql'
import { sql } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/node-postgres'
import knexOf from 'knex'
import { CompiledQuery, Kysely, PostgresDialect } from 'kysely'
import pg from 'pg'
import { QueryTypes, Sequelize } from 'sequelize'
import { type PostgresStore, postgresStore } from 'truedy-webhooks/stores/postgres'
import { DataSource } from 'typeorm'

/** How each is connected to a store. */
export const orms = {
  async Drizzle(url: string) {
    const db = drizzle(url)
    return postgresStore((text, params) =>
      db.execute(
        sql.join(
          text
            .split(/\$(\d)/)
            .map((piece, i) => (i % 2 ? sql`${params[Number(piece) - 1]}` : sql.raw(piece))),
        ),
      ),
    )
  },
  async Kysely(url: string) {
    const pool = new pg.Pool({ connectionString: url })
    const db = new Kysely({ dialect: new PostgresDialect({ pool }) })
    return postgresStore((text, params) => db.executeQuery(CompiledQuery.raw(text, params)))
  },
  async TypeORM(url: string) {
    const dataSource = await new DataSource({ type: 'postgres', url }).initialize()
    return postgresStore(async (sql, params) => {
      const result = await dataSource.query(sql, params)
      // [rows, count] for UPDATE and DELETE, rows for INSERT.
      return Array.isArray(result[0]) ? result[0] : result
    })
  },
  async Sequelize(url: string) {
    const sequelize = new Sequelize(url, { logging: false })
    return postgresStore((sql, bind) => sequelize.query(sql, { bind, type: QueryTypes.SELECT }))
  },
  async Knex(url: string) {
    const knex = knexOf({ client: 'pg', connection: url })
    return postgresStore((sql, params) => knex.raw(sql.replace(/\$\d/g, '?'), params))
  },
  async MikroORM(url: string) {
    const Call = defineEntity({ name: 'Call', properties: { id: p.integer().primary() } })
    const orm = await MikroORM.init({ clientUrl: url, entities: [Call] })
    return postgresStore((sql, params) => orm.em.execute(sql.replace(/\$\d/g, '?'), params))
  },
} satisfies Readonly<Record<string, (url: string) => Promise<PostgresStore>>>
