/** A Redis server for a test: on a free port of this machine, in a temporary directory, with nothing kept. */

import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { freePort } from '../support/server.js'

export interface RedisServer {
  readonly port: number
  stop(): Promise<void>
}

const exec = promisify(execFile)

/** Starts Debian's redis-server; rejects with what to install where there is none. */
export async function startRedis(...more: string[]): Promise<RedisServer> {
  const directory = await mkdtemp(join(tmpdir(), 'truedy-webhooks-redis-'))
  // A node of a cluster also listens 10,000 ports further up.
  const port = await freePort(55_536)
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--dir', directory, '--save', '', ...more]
  const server = spawn('redis-server', args, { stdio: ['ignore', 'pipe', 'inherit'] })
  await new Promise<void>((resolve, reject) => {
    server.once('error', () => {
      reject(new Error('There is no redis-server here. Install it: apt-get install redis-server'))
    })
    server.once('exit', (code) => reject(new Error(`redis-server ended with ${code}.`)))
    server.stdout.on('data', (text: Buffer) => {
      if (text.includes('Ready to accept connections')) resolve()
    })
  })
  return {
    port,
    async stop() {
      const exit = once(server, 'exit')
      server.kill()
      await exit
      await rm(directory, { recursive: true, force: true })
    },
  }
}

/** Three masters that share the key space. */
export async function startCluster(): Promise<{ ports: number[]; stop(): Promise<void> }> {
  const nodes: RedisServer[] = []
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

/** Makes servers forget every script that they were sent. */
export async function flushScripts(ports: readonly number[]): Promise<void> {
  for (const port of ports) await exec('redis-cli', ['-p', String(port), 'script', 'flush'])
}
