/** The command line as a user runs it: the built program in its own process. */

import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

export const PROGRAM = join(import.meta.dirname, '../../dist/cli.js')
export const SECRET = 'whsec_tools'

/** The result of a run. */
export interface Finished {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** A running command. */
export interface Running {
  readonly process: ChildProcessWithoutNullStreams
  readonly finished: Promise<Finished>
  /** Resolves with the first match in stdout, now or later. Rejects if the run ends without one. */
  printed(pattern: RegExp): Promise<RegExpExecArray>
}

/** Starts a command with the secret in its environment. */
export function start(args: readonly string[], env: NodeJS.ProcessEnv = {}): Running {
  const child = spawn(process.execPath, [PROGRAM, ...args], {
    env: { ...process.env, TRUEDY_WEBHOOK_SECRET: SECRET, BROWSER: 'none', ...env },
    stdio: 'pipe',
  })
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (text: Buffer) => {
    stdout += text
  })
  child.stderr.on('data', (text: Buffer) => {
    stderr += text
  })
  const finished = once(child, 'close').then(([code]: (number | null)[]) => ({
    code: code ?? null,
    stdout,
    stderr,
  }))
  return {
    process: child,
    finished,
    printed: (pattern) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const match = pattern.exec(stdout)
          if (match) resolve(match)
        }
        look()
        child.stdout.on('data', look)
        child.once('close', () => reject(new Error(`It ended without ${pattern}.\n${stdout}\n${stderr}`)))
      }),
  }
}

/** Runs a command to its end. */
export function run(args: readonly string[], env?: NodeJS.ProcessEnv): Promise<Finished> {
  return start(args, env).finished
}
