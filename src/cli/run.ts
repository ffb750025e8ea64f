/** Runs a command line: finds the command, shows help, and explains failures. */

import { isWebhookError } from '../errors.js'
import { requireOneOf } from './choices.js'
import type { Command } from './command.js'
import { EnvironmentError, UsageError } from './errors.js'
import { commandHelp, programHelp } from './help.js'
import type { Surroundings } from './surroundings.js'
import { paintFor } from './terminal/paint.js'
import { wrap } from './terminal/wrap.js'

const COMMAND_NAMES = ['listen', 'send', 'check', 'verify'] as const

/** A command in the overview. */
interface CommandEntry {
  readonly summary: string
  load(): Promise<Command>
}

// Each command is loaded only when it runs: `send` must not wait for the page of `listen` to load.
const COMMANDS: Readonly<Record<(typeof COMMAND_NAMES)[number], CommandEntry>> = {
  listen: {
    summary: 'receive deliveries on this machine, see them, and forward them to your app',
    load: async () => (await import('./commands/listen.js')).listen,
  },
  send: {
    summary: 'send signed deliveries to an endpoint, as Truedy does',
    load: async () => (await import('./commands/send.js')).send,
  },
  check: {
    summary: 'check that an endpoint responds correctly to every kind of request',
    load: async () => (await import('./commands/check.js')).check,
  },
  verify: {
    summary: 'verify one captured request, or learn why its signature is invalid',
    load: async () => (await import('./commands/verify.js')).verify,
  },
}

/**
 * Runs a command line.
 *
 * @param argv - the arguments after the name of the program
 * @returns the exit code: 0 success, 1 failure, 2 usage error, 130 interrupted
 */
export async function runCli(argv: readonly string[], surroundings: Surroundings): Promise<number> {
  try {
    const [name = '--help', ...rest] = argv
    if (name === '--version' || name === '-v') {
      surroundings.print(`${VERSION}\n`)
      return 0
    }
    if (name === '--help' || name === '-h' || (name === 'help' && rest.length === 0)) {
      surroundings.print(programHelp(COMMANDS, surroundings))
      return argv.length === 0 ? 2 : 0
    }
    const [commandName, args] = name === 'help' ? [rest[0] ?? '', ['--help']] : [name, rest]
    const command = await COMMANDS[requireOneOf('command', commandName, COMMAND_NAMES)].load()
    if (args.includes('--help') || args.includes('-h')) {
      surroundings.print(commandHelp(command, surroundings))
      return 0
    }
    return await command.run(args, surroundings)
  } catch (error) {
    return explainFailure(error, surroundings)
  }
}

/** Prints what went wrong, and returns the exit code. Rethrows any error that is a bug of this program. */
function explainFailure(error: unknown, surroundings: Surroundings): number {
  const isExpected = error instanceof UsageError || error instanceof EnvironmentError || isWebhookError(error)
  // A bug report needs the stack, which Node prints for an uncaught error.
  if (!isExpected) throw error
  const paint = paintFor(surroundings)
  const { columns } = surroundings
  const message = wrap(`Error: ${error.message}`, columns).join('\n')
  surroundings.warn(`${message.replace('Error:', paint.red)}\n`)
  if (!(error instanceof UsageError)) return 1
  const help = `To see the options, run npx truedy-webhooks ${error.command ? `${error.command} ` : ''}--help`
  surroundings.warn(`${wrap(help, columns).map(paint.dim).join('\n')}\n`)
  return 2
}
