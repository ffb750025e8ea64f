/** Runs programs of this folder in the runtimes that npm has. */

import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'

const shared = join(import.meta.dirname, '../node_modules')

/** Where the programs of each runtime are. */
export const runtimes = {
  'Node 20': process.execPath,
  // Not among the shared packages, because npm would compile those with it instead of the Node that runs them.
  'Node 22': join(import.meta.dirname, '../runtimes/node_modules/node22/bin/node'),
  Bun: join(shared, 'bun/bin/bun.exe'),
}

export type Runtime = keyof typeof runtimes

/** A running program of `programs/`. */
export interface Program {
  readonly process: ChildProcessWithoutNullStreams
  /** Its output lines, once it has exited successfully. Otherwise, rejects with its stderr output. */
  readonly lines: Promise<string[]>
}

export function start(runtime: Runtime, program: string, ...args: string[]): Program {
  const child = spawn(runtimes[runtime], [join(import.meta.dirname, 'programs', program), ...args])
  const output = Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')])
  const lines = output.then(([stdout, stderr, [code]]) => {
    if (code !== 0) throw new Error(`${program} on ${runtime} ended with ${code}.\n${stderr}`)
    return stdout.split('\n').filter(Boolean)
  })
  return { process: child, lines }
}

/** Runs the conformance cases in a runtime with one of its clients. Returns the error of each case, or `null`. */
export async function runCases(
  runtime: Runtime,
  client: string,
  address: string,
): Promise<ReadonlyMap<string, string | null>> {
  return (await runCasesOfAll(runtime, [client], address)).get(client) ?? new Map()
}

/** {@link runCases} for several clients in one process, because loading some of them takes longer than their cases. */
export async function runCasesOfAll(
  runtime: Runtime,
  clients: readonly string[],
  address: string,
): Promise<ReadonlyMap<string, ReadonlyMap<string, string | null>>> {
  const lines = await start(runtime, 'run-cases.mjs', address, ...clients).lines
  const errors = new Map(clients.map((client) => [client, new Map<string, string | null>()]))
  for (const line of lines) {
    const { client, name, error } = JSON.parse(line)
    errors.get(client)?.set(name, error)
  }
  return errors
}
