/** Redis servers for the tests: one, or a cluster of three. */

import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { type ServerProgram, startProgram } from './server-program.js'

const exec = promisify(execFile)

/**
 * Starts Debian's redis-server. Rejects with what to install if it is missing.
 *
 * @param settings - more settings, `--name` and value in turn
 */
export function startRedis(...settings: string[]): Promise<ServerProgram> {
  return startProgram({
    name: 'redis-server',
    debianPackage: 'redis-server',
    readyText: 'Ready to accept connections',
    haltSignal: 'SIGTERM',
    command: (directory, port) => [
      'redis-server',
      ...['--port', String(port), '--bind', '127.0.0.1', '--dir', directory, '--save', ''],
      ...settings,
    ],
  })
}

/** Starts three masters that share the key space. */
export async function startCluster(): Promise<{ ports: number[]; stop(): Promise<void> }> {
  const nodes: ServerProgram[] = []
  for (let i = 0; i < 3; i++) nodes.push(await startRedis('--cluster-enabled', 'yes'))
  const ports = nodes.map(({ port }) => port)
  const addresses = ports.map((port) => `127.0.0.1:${port}`)
  await exec('redis-cli', ['--cluster', 'create', ...addresses, '--cluster-yes'])
  const isReady = async (port: number) => {
    const { stdout } = await exec('redis-cli', ['-p', String(port), 'cluster', 'info'])
    return stdout.includes('cluster_state:ok')
  }
  while (!(await Promise.all(ports.map(isReady))).every(Boolean)) {
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  return {
    ports,
    async stop() {
      for (const node of nodes) await node.stop()
    },
  }
}

/** Makes servers forget every script that they received. */
export async function flushScripts(ports: readonly number[]): Promise<void> {
  for (const port of ports) await exec('redis-cli', ['-p', String(port), 'script', 'flush'])
}
