/** A PostgreSQL server for the tests. */

import { execFile } from 'node:child_process'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { ordinaryUser } from './ordinary-user.js'
import { missingProgram, type ServerProgram, startProgram } from './server-program.js'

const exec = promisify(execFile)

/** Where Debian installs the servers, in one folder per version. They are not on the PATH. */
const VERSIONS = '/usr/lib/postgresql'

export interface PostgresServer extends ServerProgram {
  readonly url: string
  /** Runs statements with psql, as the superuser. */
  run(sql: string): Promise<string>
}

/**
 * Starts the newest PostgreSQL that Debian installed. Rejects with what to install if there is none. The superuser is
 * `postgres`, without a password.
 *
 * @param settings - more settings, as `name=value`
 */
export async function startPostgres(...settings: string[]): Promise<PostgresServer> {
  const versions = await readdir(VERSIONS).catch(() => [])
  const newest = versions.sort((a, b) => Number(b) - Number(a))[0]
  if (newest === undefined) throw missingProgram('postgres', 'postgresql')
  const bin = join(VERSIONS, newest, 'bin')
  const user = ordinaryUser('postgres')
  const server = await startProgram({
    name: 'postgres',
    debianPackage: 'postgresql',
    readyText: 'database system is ready to accept connections',
    // A "fast" shutdown, which ends sessions instead of waiting for them.
    haltSignal: 'SIGINT',
    user,
    async prepare(directory) {
      const how = ['--username=postgres', '--auth=trust', '--encoding=UTF8', '--no-sync']
      await exec(join(bin, 'initdb'), [...how, directory], { ...user, cwd: directory })
    },
    command: (directory, port) => [
      join(bin, 'postgres'),
      ...['-D', directory, '-p', String(port), '-h', '127.0.0.1', '-k', ''],
      ...settings.flatMap((setting) => ['-c', setting]),
    ],
  })
  const url = `postgres://postgres@127.0.0.1:${server.port}/postgres`
  return {
    ...server,
    url,
    async run(sql) {
      const { stdout } = await exec(join(bin, 'psql'), [url, '-v', 'ON_ERROR_STOP=1', '-Atc', sql])
      return stdout.trim()
    },
  }
}
