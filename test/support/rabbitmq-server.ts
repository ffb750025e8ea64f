/** A RabbitMQ server for the tests. */

import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import { ordinaryUser } from './ordinary-user.js'
import { freePort } from './server.js'
import { type ServerProgram, startProgram } from './server-program.js'

const exec = promisify(execFile)

/** Unlike Debian's script on the PATH, this one does not change the user. */
const PROGRAM = '/usr/lib/rabbitmq/bin/rabbitmq-server'

export interface RabbitMqServer extends ServerProgram {
  readonly url: string
  /** Evaluates Erlang expressions in the server. Resolves with the last value as text. */
  evaluate(expressions: string): Promise<string>
}

/** Starts Debian's rabbitmq-server. Rejects with what to install if it is missing. */
export async function startRabbitMq(): Promise<RabbitMqServer> {
  const distributionPort = await freePort()
  const nameServerPort = await freePort()
  let nodeName = ''
  let home = ''
  const server = await startProgram({
    name: 'rabbitmq-server',
    debianPackage: 'rabbitmq-server',
    readyText: 'Server startup complete',
    haltSignal: 'SIGTERM',
    user: ordinaryUser('rabbitmq'),
    command(directory, port) {
      writeFileSync(join(directory, 'enabled_plugins'), '[].')
      writeFileSync(join(directory, 'rabbitmq.conf'), `listeners.tcp.1 = 127.0.0.1:${port}\n`)
      nodeName = `test${port}@localhost`
      home = directory
      const environment = {
        // Otherwise, the script starts the server in a child process, and signals reach only the script.
        RUNNING_UNDER_SYSTEMD: 'true',
        HOME: directory,
        RABBITMQ_NODENAME: nodeName,
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
    async evaluate(expressions) {
      const cookie = await readFile(join(home, '.erlang.cookie'), 'utf8')
      const call = exec('erl_call', ['-sname', nodeName, '-c', cookie, '-timeout', '10', '-e'], {
        env: { ...process.env, ERL_EPMD_PORT: String(nameServerPort) },
      })
      call.child.stdin?.end(`${expressions}\n`)
      const { stdout } = await call
      return stdout
    },
    async stop() {
      await server.stop()
      await stopNameServer(nameServerPort)
    },
  }
}

/** Stops Erlang's name server, which outlives RabbitMQ and stops only once it has noticed that RabbitMQ is gone. */
async function stopNameServer(port: number): Promise<void> {
  const epmd = (action: string) =>
    exec('epmd', ['-port', String(port), action]).then(
      () => true,
      () => false,
    )
  for (let attempt = 0; attempt < 50 && (await epmd('-names')); attempt++) {
    if (!(await epmd('-kill'))) await delay(100)
  }
}
