/** A Prometheus server for the tests. */

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type ServerProgram, startProgram } from './server-program.js'

/** Starts Debian's prometheus with a YAML configuration. Rejects with what to install if it is missing. */
export function startPrometheus(configuration: string): Promise<ServerProgram> {
  return startProgram({
    name: 'prometheus',
    debianPackage: 'prometheus',
    readyText: 'Server is ready to receive web requests',
    haltSignal: 'SIGTERM',
    command(directory, port) {
      const file = join(directory, 'prometheus.yml')
      writeFileSync(file, configuration)
      return [
        'prometheus',
        `--config.file=${file}`,
        `--storage.tsdb.path=${join(directory, 'data')}`,
        `--web.listen-address=127.0.0.1:${port}`,
      ]
    },
  })
}
