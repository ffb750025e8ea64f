/** A RabbitMQ server for the tests. */

import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import { ordinaryUser } from './ordinary-user.js'
import { freePort } from './server.js'
import { type ServerProgram, startProgram } from './server-program.js'

/** Unlike Debian's script on the PATH, this one does not change the user. */
const PROGRAM = '/usr/lib/rabbitmq/bin/rabbitmq-server'

/** Starts Debian's rabbitmq-server. Rejects with what to install if it is missing. */
export async function startRabbitMq(): Promise<ServerProgram & { readonly url: string }> {
  const distributionPort = await freePort()
  const nameServerPort = await freePort()
  const server = await startProgram({
    name: 'rabbitmq-server',
    debianPackage: 'rabbitmq-server',
    readyText: 'Server startup complete',
    haltSignal: 'SIGTERM',
    user: ordinaryUser('rabbitmq'),
    command(directory, port) {
      writeFileSync(join(directory, 'enabled_plugins'), '[].')
      writeFileSync(join(directory, 'rabbitmq.conf'), `listeners.tcp.1 = 127.0.0.1:${port}\n`)
      const environment = {
        HOME: directory,
        RABBITMQ_NODENAME: `test${port}@localhost`,
        RABBITMQ_DIST_PORT: distributionPort,
        ERL_EPMD_PORT: nameServerPort,
        RABBITMQ_MNESIA_BASE: directory,
        RABBITMQ_LOG_BASE: directory,
        RABBITMQ_LOGS: '-',
        RABBITMQ_CONFIG_FILE: join(directory, 'rabbitmq.conf'),
        RABBITMQ_ENABLED_PLUGINS_FILE: join(directory, 'enabled_plugins'),
        RABBITMQ_PID_FILE: join(directory, 'pid'),
      }
      return ['env', ...Object.entries(environment).map(([name, value]) => `${name}=${value}`), PROGRAM]
    },
  })
  return {
    ...server,
    url: `amqp://guest:guest@127.0.0.1:${server.port}`,
    async stop() {
      await server.stop()
      await stopNameServer(nameServerPort)
    },
  }
}

/** Stops Erlang's name server, which outlives RabbitMQ and stops only once it has noticed that RabbitMQ is gone. */
async function stopNameServer(port: number): Promise<void> {
  const epmd = (action: string) =>
    promisify(execFile)('epmd', ['-port', String(port), action]).then(
      () => true,
      () => false,
    )
  for (let attempt = 0; attempt < 50 && (await epmd('-names')); attempt++) {
    if (!(await epmd('-kill'))) await delay(100)
  }
}
