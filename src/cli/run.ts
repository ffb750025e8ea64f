/** From arguments to an exit code: finds the command, shows help, and says what went wrong. */

import { didYouMean } from '../did-you-mean.js'
import { isWebhookError } from '../errors.js'
import { COMMON_OPTIONS, type Command, type Option, readArguments } from './command.js'
import { EnvironmentError, UsageError } from './errors.js'
import type { Surroundings } from './surroundings.js'
import { type Paint, paintFor } from './terminal/paint.js'

// Loaded when they are called: `send` need not wait for the page of `listen`.
const COMMANDS: Readonly<Record<string, { summary: string; load: () => Promise<Command> }>> = {
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

const NAMES = Object.keys(COMMANDS)

/**
 * Runs a command line.
 *
 * @param argv - what stands behind the name of the program
 * @returns the exit code: 0 done, 1 not well, 2 wrong command line, 130 interrupted
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
      surroundings.print(overview(paint))
      return argv.length === 0 ? 2 : 0
    }
    const [commandName, args] = name === 'help' ? [rest[0] ?? '', ['--help']] : [name, rest]
    const entry = Object.hasOwn(COMMANDS, commandName) ? COMMANDS[commandName] : undefined
    if (!entry) {
      throw new UsageError(
        `There is no command "${commandName}".${didYouMean(commandName, NAMES)} There are ${NAMES.join(', ')}.`,
      )
    }
    const command = await entry.load()
    if (args.includes('--help') || args.includes('-h')) {
      surroundings.print(help(command, paint))
      return 0
    }
    return await command.run(readArguments(command, args), surroundings)
  } catch (error) {
    return report(error, surroundings, paint)
  }
}

function report(error: unknown, surroundings: Surroundings, paint: Paint): number {
  const isOurs = error instanceof UsageError || error instanceof EnvironmentError || isWebhookError(error)
  // A fault of this program: its stack is what a report of it needs.
  if (!isOurs) throw error
  surroundings.warn(`${paint.red('error')} ${error.message}\n`)
  if (!(error instanceof UsageError)) return 1
  surroundings.warn(
    paint.dim(`Help: npx truedy-webhooks ${error.command ? `${error.command} ` : ''}--help\n`),
  )
  return 2
}

function overview(paint: Paint): string {
  const width = Math.max(...NAMES.map((name) => name.length))
  return [
    `${paint.bold('truedy-webhooks')}: receive Truedy's webhooks right`,
    '',
    paint.bold('Commands'),
    ...Object.entries(COMMANDS).map(([name, { summary }]) => `  ${name.padEnd(width)}  ${summary}`),
    '',
    `npx truedy-webhooks ${paint.cyan('COMMAND')} --help shows the options of one, with examples.`,
    'The secret comes from TRUEDY_WEBHOOK_SECRET (or --secret) and is never printed.',
    '',
  ].join('\n')
}

/** The help of a command. */
function help(command: Command, paint: Paint): string {
  const options: [string, Option][] = Object.entries({ ...command.options, ...COMMON_OPTIONS })
  const rows = options.map(([name, { value, isRepeatable, help }]) => {
    const left = `--${name}${value ? ` ${value}` : ''}`
    return [left, isRepeatable ? `${help}; may be repeated` : help] as const
  })
  const width = Math.max(...rows.map(([left]) => left.length))
  return [
    `${paint.bold(`truedy-webhooks ${command.name}`)} ${command.operands}`.trimEnd(),
    '',
    `${command.summary}`,
    '',
    paint.bold('Options'),
    ...rows.map(
      ([left, right]) => `  ${left.padEnd(width)}  ${right.replaceAll('\n', `\n${' '.repeat(width + 4)}`)}`,
    ),
    '',
    paint.bold('Examples'),
    ...command.examples.map((example) => `  ${example}`),
    '',
    paint.bold('Exit codes'),
    ...Object.entries(command.exitCodes).map(([code, meaning]) => `  ${code.padStart(3)}  ${meaning}`),
    '',
  ].join('\n')
}
