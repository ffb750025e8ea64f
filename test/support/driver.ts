/** Installs the programs of `examples/` and `test/hosts/` as a user would, runs them, and reads their output. */

import { execFile, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { cp, mkdtemp } from 'node:fs/promises'
import { basename, delimiter, dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import { copyInstallation } from './installations.js'
import { answers, freePort } from './server.js'

/** How an example is started. */
export interface Launch {
  /** Its folder in `examples/`. Default: its name in the catalogue. */
  readonly folder?: string
  /** A shell command. Default `npm start`. */
  readonly command?: string
  /** A shell command that makes a production build. */
  readonly build?: string
  /** Environment variables besides `PORT` and `TRUEDY_WEBHOOK_SECRET`. */
  readonly env?: Readonly<Record<string, string>>
  /** Where it listens. Default: a free port. */
  readonly port?: number
  /** Starts what must run beside it, such as a database. */
  readonly needs?: () => Promise<Need>
  /** The statuses of endpoint cases, by name, for which the host makes the program differ from what is expected. */
  readonly answers?: Readonly<Record<string, number>>
  /** True if the host closes the connection of a rejected upload without announcing it, whatever the program does. */
  readonly closesSilently?: boolean
  /** Everything that the host prints on stderr. Default: nothing. */
  readonly errorOutput?: RegExp
}

/** What runs beside an example. */
export interface Need {
  /** Environment variables that tell the example where it is. */
  readonly env: Readonly<Record<string, string>>
  stop(): Promise<void>
}

/** The line that an example prints for an event that its handler has processed. */
export interface ProcessedLine {
  readonly processed: string
  readonly key: string
}

/** A running example. */
export interface Server {
  readonly origin: string
  /** Where the example receives webhooks. */
  readonly url: string
  readonly secret: string
  /** The events that the example has processed so far, in order. */
  processedLines(): ProcessedLine[]
  /** The stderr output so far, without npm's own lines. */
  errorOutput(): string
  /** Stops the example, everything that it started, and what it needed. Rejects if it had to be killed. */
  stop(): Promise<void>
}

const ROOT = join(import.meta.dirname, '../..')

const START_MS = 60_000
const STOP_MS = 10_000

const run = promisify(execFile)

/** {@link installProgram} for an example, by the name of its folder. */
export function installExample(
  folder: string,
  tarball: string,
  workspace: string,
  launch: Launch = {},
): Promise<string> {
  return installProgram(join(ROOT, 'examples', folder), tarball, workspace, launch)
}

/**
 * Installs a copy of a program with the packed library in place of `file:../..`, builds it, and returns the path of
 * the copy.
 */
export async function installProgram(
  source: string,
  tarball: string,
  workspace: string,
  launch: Launch = {},
): Promise<string> {
  const copy = await mkdtemp(join(workspace, `${basename(source)}-`))
  await copyInstallation(source, copy, async (folder) => {
    await cp(source, folder, {
      recursive: true,
      // Otherwise, test runners would also run the test of the host.
      filter: (path) => !['node_modules', 'host.test.ts', 'slow.test.ts'].includes(basename(path)),
    })
    // npm need not ask for what it has cached, because every version is exact.
    const install = ['install', '--prefer-offline', '--no-audit', '--no-fund', tarball]
    await run('npm', install, { cwd: folder, env: environment() })
  })
  await buildExample(copy, launch)
  return copy
}

/** Makes the production build of an installed example, if it has one. */
export async function buildExample(directory: string, { build }: Launch): Promise<void> {
  if (build !== undefined) await run('sh', ['-c', build], { cwd: directory, env: environment() })
}

/** Starts an installed example with its own secret. Resolves once its port responds. */
export async function startServer(directory: string, launch: Launch = {}): Promise<Server> {
  const { command = 'npm start', env = {} } = launch
  const need = await launch.needs?.()
  const secret = `whsec_${randomBytes(24).toString('hex')}`
  const port = launch.port ?? (await freePort())
  const origin = `http://127.0.0.1:${port}`
  const program = spawn(command, {
    cwd: directory,
    shell: true,
    // The program gets its own process group, so that npm, the shell and the program stop together.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...environment(), PORT: String(port), TRUEDY_WEBHOOK_SECRET: secret, ...need?.env, ...env },
  })
  const { pid } = program
  if (pid === undefined) {
    await need?.stop()
    throw new Error(`"${command}" cannot be started.`)
  }

  let output = ''
  let errors = ''
  program.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    output += chunk
  })
  program.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    errors += chunk
  })

  // The pipes close when the last process that holds them exits.
  let hasEnded = false
  const ended = once(program, 'close').then(() => {
    hasEnded = true
  })

  async function stop(): Promise<void> {
    try {
      await endProgram()
    } finally {
      await need?.stop()
    }
  }

  async function endProgram(): Promise<void> {
    if (hasEnded) return
    signalGroup('SIGTERM')
    await Promise.race([ended, delay(STOP_MS, undefined, { ref: false })])
    if (hasEnded) return
    signalGroup('SIGKILL')
    await ended
    throw new Error(`"${command}" did not end within ${STOP_MS} ms of SIGTERM and was killed.`)
  }

  function signalGroup(signal: NodeJS.Signals): void {
    // `pid` can't be a stranger's, because the system does not reuse it before `close`.
    process.kill(-Number(pid), signal)
  }

  const deadline = Date.now() + START_MS
  while (!(await answers(origin))) {
    if (hasEnded || Date.now() > deadline) {
      await stop()
      throw new Error(`"${command}" does not answer on its port.\n${output}\n${errors}`)
    }
    await delay(50)
  }

  return {
    origin,
    url: `${origin}/webhooks/truedy`,
    secret,
    stop,
    errorOutput: () => linesOf(errors).filter(isNotOfNpm).join('\n'),
    processedLines: () =>
      linesOf(output)
        // A logger has fields of its own beside these.
        .filter((line) => line.startsWith('{') && line.includes('"processed":'))
        .map((line) => {
          const { processed, key } = JSON.parse(line) as ProcessedLine
          return { processed, key }
        }),
  }
}

/**
 * Nothing else of the test runner's environment is passed on: its NODE_ENV changes what frameworks do. `node` must be
 * the one that runs the tests, not one that `test/runtimes` installs: npm hangs on Node 20.0.
 */
export function environment(): NodeJS.ProcessEnv {
  const path = [dirname(process.execPath), process.env['PATH']].join(delimiter)
  return { PATH: path, HOME: process.env['HOME'], CI: 'true' }
}

function linesOf(text: string): string[] {
  return text.split('\n').filter((line) => line !== '')
}

function isNotOfNpm(line: string): boolean {
  return !line.startsWith('npm ')
}
