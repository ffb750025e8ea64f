/** A program of an example that runs without npm around it, so that a kill hits the program itself. */

import { spawn } from 'node:child_process'
import { once } from 'node:events'

export interface BackgroundProgram {
  /** The JSON lines that it has printed so far. */
  reports<Report>(): Report[]
  /** Its stderr output so far. */
  errorOutput(): string
  isRunning(): boolean
  /** Stops it. Resolves with its exit code, or the signal that ended it, once it has exited. */
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<number | NodeJS.Signals | null>
}

/** Starts a file with Node. Resolves once it has printed the text. */
export async function startBackgroundProgram(
  directory: string,
  file: string,
  env: Readonly<Record<string, string>>,
  readyText?: string,
): Promise<BackgroundProgram> {
  const program = spawn(process.execPath, [file], {
    cwd: directory,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'], ...env },
  })
  const closed = once(program, 'close')
  const isRunning = () => program.exitCode === null && program.signalCode === null
  let output = ''
  let errors = ''
  program.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    errors += chunk
  })
  await new Promise<void>((resolve, reject) => {
    program.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk
      if (readyText !== undefined && output.includes(readyText)) resolve()
    })
    if (readyText === undefined) resolve()
    program.once('close', () => reject(new Error(`${file} has ended.\n${output}\n${errors}`)))
  })

  return {
    reports: <Report>() =>
      output
        .split('\n')
        .filter((line) => line.startsWith('{') && line.endsWith('}'))
        .map((line) => JSON.parse(line) as Report),
    errorOutput: () => errors,
    isRunning,
    async end(signal) {
      if (isRunning()) program.kill(signal)
      await closed
      return program.exitCode ?? program.signalCode
    },
  }
}
