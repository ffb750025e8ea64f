/** A MariaDB server for the tests. */

import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { promisify } from 'node:util'
import { ordinaryUser } from './ordinary-user.js'
import { missingProgram, type ServerProgram, startProgram } from './server-program.js'

const exec = promisify(execFile)

/** Where Debian installs it. It is not on every PATH. */
const PROGRAM = '/usr/sbin/mariadbd'

/**
 * Starts Debian's MariaDB. Rejects with what to install if it is missing. The superuser is `root`, without a password,
 * and `test` is an empty database.
 *
 * @param settings - more settings, as `--name=value`
 */
export async function startMariaDb(...settings: string[]): Promise<ServerProgram & { url: string }> {
  if (!existsSync(PROGRAM)) throw missingProgram('mariadbd', 'mariadb-server')
  const user = ordinaryUser('mysql')
  const server = await startProgram({
    name: 'mariadbd',
    debianPackage: 'mariadb-server',
    readyText: 'ready for connections',
    haltSignal: 'SIGTERM',
    user,
    async prepare(directory) {
      const how = ['--no-defaults', '--auth-root-authentication-method=normal', '--skip-name-resolve']
      await exec('mariadb-install-db', [...how, `--datadir=${directory}`], { ...user, cwd: directory })
    },
    command: (directory, port) => [
      PROGRAM,
      ...['--no-defaults', `--datadir=${directory}`, `--port=${port}`, '--bind-address=127.0.0.1'],
      // No socket file and no name lookup, only addresses.
      ...['--socket=', '--skip-name-resolve'],
      ...settings,
    ],
  })
  return { ...server, url: `mysql://root@127.0.0.1:${server.port}/test` }
}
