/** From arguments to an exit code: finds the command, shows help, and says what went wrong. */

import { isWebhookError } from '../errors.js'
import { requireOneOf } from './choices.js'
import type { Command } from './command.js'
import { EnvironmentError, UsageError } from './errors.js'
import { commandHelp, programHelp } from './help.js'
import type { Surroundings } from './surroundings.js'
import { type Paint, paintFor } from './terminal/paint.js'

const COMMAND_NAMES = ['listen', 'send', 'check', 'verify'] as const

/** A command in the overview. */
interface CommandEntry {
  readonly summary: string
  load(): Promise<Command>
}

// Loaded only when called: `send` must not wait for the page of `listen`.
const COMMANDS: Readonly<Record<(typeof COMMAND_NAMES)[number], CommandEntry>> = {
  listen: {
    summary: 'receive deliveries on this machine and see what comes',
    load: async () => (await import('./commands/listen.js')).listen,
  },
  send: {
    summary: 'send an endpoint signed deliveries, as Truedy does',
    load: async () => (await import('./commands/send.js')).send,
  },
  check: {
    summary: 'does my endpoint answer as it must?',
    load: async () => (await import('./commands/check.js')).check,
  },
  verify: {
    summary: 'verify one captured request, or learn why it does not match',
    load: async () => (await import('./commands/verify.js')).verify,
  },
}

/**
 * Runs a command line.
 *
 * @param argv - what follows the name of the program
 * @returns the exit code: 0 success, 1 failure, 2 usage error, 130 interrupted
 */
export async function runCli(argv: readonly string[], surroundings: Surroundings): Promise<number> {
  const paint = paintFor(surroundings)
  try {
    const [name = '--help', ...rest] = argv
    if (name === '--version' || name === '-v') {
      surroundings.print(`${VERSION}\n`)
      return 0
    }
    if (name === '--help' || name === '-h' || (name === 'help' && rest.length === 0)) {
      surroundings.print(programHelp(COMMANDS, paint))
      return argv.length === 0 ? 2 : 0
    }
    const [commandName, args] = name === 'help' ? [rest[0] ?? '', ['--help']] : [name, rest]
    const command = await COMMANDS[requireOneOf('command', commandName, COMMAND_NAMES)].load()
    if (args.includes('--help') || args.includes('-h')) {
      surroundings.print(commandHelp(command, paint))
      return 0
    }
    return await command.run(args, surroundings)
  } catch (error) {
    return explainFailure(error, surroundings, paint)
  }
}

/** Prints what went wrong. Returns the exit code, and throws again what is a fault of this program. */
function explainFailure(error: unknown, surroundings: Surroundings, paint: Paint): number {
  const isExpected = error instanceof UsageError || error instanceof EnvironmentError || isWebhookError(error)
  // A bug report needs the stack, which Node prints for what nobody caught.
  if (!isExpected) throw error
  surroundings.warn(`${paint.red('error')} ${error.message}\n`)
  if (!(error instanceof UsageError)) return 1
  surroundings.warn(
    paint.dim(`Help: npx truedy-webhooks ${error.command ? `${error.command} ` : ''}--help\n`),
  )
  return 2
}
