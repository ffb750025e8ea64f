/** A NATS server with JetStream for the tests. */

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type ServerProgram, startProgram } from './server-program.js'

/**
 * Starts Debian's nats-server. Rejects with what to install if it is missing.
 *
 * @param settings - more lines of its configuration
 */
export function startNats(...settings: string[]): Promise<ServerProgram> {
  return startProgram({
    name: 'nats-server',
    debianPackage: 'nats-server',
    readyText: 'Server is ready',
    haltSignal: 'SIGTERM',
    command(directory, port) {
      const file = join(directory, 'nats.conf')
      const store = `jetstream { store_dir: ${JSON.stringify(directory)} }`
      writeFileSync(file, ['host: 127.0.0.1', `port: ${port}`, store, ...settings].join('\n'))
      return ['nats-server', '-c', file]
    },
  })
}
