/** PgBouncer in front of a PostgreSQL server of the tests. */

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ordinaryUser } from './ordinary-user.js'
import type { PostgresServer } from './postgres-server.js'
import { type ServerProgram, startProgram } from './server-program.js'

/** Where Debian installs it. It is not on every PATH. */
const PROGRAM = '/usr/sbin/pgbouncer'

/**
 * Starts Debian's pgbouncer in transaction mode with few connections to the server, so that the statements of one
 * client really run on several of them.
 */
export async function startPgbouncer(postgres: PostgresServer): Promise<ServerProgram & { url: string }> {
  const server = await startProgram({
    name: 'pgbouncer',
    debianPackage: 'pgbouncer',
    readyText: 'process up',
    haltSignal: 'SIGINT',
    user: ordinaryUser('postgres'),
    command(directory, port) {
      const file = join(directory, 'pgbouncer.ini')
      writeFileSync(
        file,
        `[databases]
postgres = host=127.0.0.1 port=${postgres.port} user=postgres
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = 4
server_round_robin = 1
`,
      )
      return [PROGRAM, file]
    },
  })
  return { ...server, url: `postgres://postgres@127.0.0.1:${server.port}/postgres` }
}
