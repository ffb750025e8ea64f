/** Prisma with its adapter for `pg`: a receiver whose store uses its client, and the conformance cases of the store. */

import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { storeCases } from 'truedy-webhooks/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Server, startServer } from '../../support/driver.js'
import { startPgbouncer } from '../../support/pgbouncer.js'
import { type PostgresServer, startPostgres } from '../../support/postgres-server.js'
import { installHost, testEndpoint } from '../endpoint.js'

// Otherwise, `generate` downloads an engine that only migrations use.
const build = 'PRISMA_SCHEMA_ENGINE_BINARY=/bin/true npm run build'

describe('Prisma', () => {
  let postgres: PostgresServer
  let pgbouncer: Awaited<ReturnType<typeof startPgbouncer>>
  let directory: string
  let server: Server

  beforeAll(async () => {
    postgres = await startPostgres()
    pgbouncer = await startPgbouncer(postgres)
    directory = await installHost('prisma', { build })
    server = await startServer(directory, { env: { DATABASE_URL: postgres.url } })
  })
  afterAll(async () => {
    await server?.stop()
    await pgbouncer?.stop()
    await postgres?.stop()
  })

  testEndpoint(() => ({ server, url: server.url }))

  describe.each([
    ['PostgreSQL', () => postgres.url],
    ['PgBouncer', () => pgbouncer.url],
  ] as const)('as a store on %s', (_, url) => {
    let errors: ReadonlyMap<string, string | null>
    beforeAll(async () => {
      const env = { ...process.env, DATABASE_URL: url() }
      const { stdout } = await promisify(execFile)('npx', ['tsx', 'cases.ts'], { cwd: directory, env })
      errors = new Map(
        stdout
          .split('\n')
          .filter(Boolean)
          .map((line) => JSON.parse(line)),
      )
    })

    it.each(storeCases)('$name', ({ name }) => expect(errors.get(name)).toBe(null))
  })
})
