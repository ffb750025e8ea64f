/** Runs the server of another project for a test: the real program, on a free port, leaving nothing behind. */

import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chown, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { freePort } from './server.js'

const exec = promisify(execFile)

/** A server that runs until it is stopped. */
export interface ServerProgram {
  readonly port: number
  /** Stops the server and keeps its data. By default, uses the signal for an immediate but orderly shutdown. */
  halt(signal?: NodeJS.Signals): Promise<void>
  /** Suspends all of its processes, as if the machine froze. Resolves with a function that resumes them. */
  freeze(): Promise<() => void>
  /** Starts the server again on the same port, with the same data. */
  resume(): Promise<void>
  /** Stops the server and removes its data. */
  stop(): Promise<void>
}

/** What `startProgram` must know about a program. */
export interface ProgramDescription {
  readonly name: string
  /** The Debian package that contains it, if any. */
  readonly debianPackage?: string
  /** The text that it prints when it accepts connections. */
  readonly readyText: string
  readonly haltSignal: NodeJS.Signals
  /** The ids of the ordinary user that it runs as, if the test runs as root and the program can't start as root. */
  readonly user?: { readonly uid: number; readonly gid: number } | undefined
  /** Creates its data in an empty directory. */
  prepare?(directory: string): Promise<void>
  command(directory: string, port: number): readonly [program: string, ...args: string[]]
}

export async function startProgram(description: ProgramDescription): Promise<ServerProgram> {
  const { name, debianPackage, readyText, haltSignal, user } = description
  const directory = await mkdtemp(join(tmpdir(), `truedy-webhooks-${name}-`))
  if (user) await chown(directory, user.uid, user.gid)
  const port = await freePort()
  let server: ChildProcess

  async function resume(): Promise<void> {
    const [program, ...args] = description.command(directory, port)
    const started = spawn(program, args, { ...user, cwd: directory, stdio: ['ignore', 'pipe', 'pipe'] })
    server = started
    let output = ''
    await new Promise<void>((resolve, reject) => {
      const read = (text: Buffer) => {
        output += text
        if (output.includes(readyText)) resolve()
      }
      started.stdout.on('data', read)
      started.stderr.on('data', read)
      started.once('error', (error) => reject(debianPackage ? missingProgram(name, debianPackage) : error))
      started.once('exit', (code) => reject(new Error(`${name} ended with ${code}.\n${output}`)))
    })
  }

  async function halt(signal: NodeJS.Signals = haltSignal): Promise<void> {
    if (server.exitCode !== null || server.signalCode !== null) return
    const exit = once(server, 'exit')
    server.kill(signal)
    await exit
  }

  async function freeze(): Promise<() => void> {
    const pid = server.pid
    if (pid === undefined) throw new Error(`${name} does not run.`)
    // The parent is suspended first, so that it can't start more processes meanwhile.
    process.kill(pid, 'SIGSTOP')
    const pids = [pid, ...(await childrenOf(pid))]
    for (const each of pids.slice(1)) process.kill(each, 'SIGSTOP')
    return () => {
      for (const each of pids.reverse()) process.kill(each, 'SIGCONT')
    }
  }

  async function stop(): Promise<void> {
    await halt()
    await rm(directory, { recursive: true, force: true })
  }

  try {
    await description.prepare?.(directory)
    await resume()
  } catch (error) {
    await rm(directory, { recursive: true, force: true })
    throw error
  }
  return { port, halt, freeze, resume, stop }
}

/** The processes that a process has started. PostgreSQL has one per connection. */
async function childrenOf(pid: number): Promise<number[]> {
  const { stdout } = await exec('ps', ['-e', '-o', 'pid=,ppid='])
  const pairs = stdout.split('\n').map((line) => line.trim().split(/\s+/).map(Number))
  return pairs.flatMap(([child, parent]) => (parent === pid && child !== undefined ? [child] : []))
}

/** The error for a missing program, which says what to install. */
export function missingProgram(name: string, debianPackage: string): Error {
  return new Error(`There is no ${name} here. On Debian: apt-get install ${debianPackage}`)
}
