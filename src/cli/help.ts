/** The texts of `--help`. */

import type { Command } from './command.js'
import { flagOf, type Option } from './options.js'
import type { Paint } from './terminal/paint.js'

/** The help of the program. */
export function programHelp(commands: Readonly<Record<string, { summary: string }>>, paint: Paint): string {
  const width = Math.max(...Object.keys(commands).map((name) => name.length))
  return [
    `${paint.bold('truedy-webhooks')}: receive Truedy's webhooks right`,
    '',
    paint.bold('Commands'),
    ...Object.entries(commands).map(([name, { summary }]) => `  ${name.padEnd(width)}  ${summary}`),
    '',
    `npx truedy-webhooks ${paint.cyan('COMMAND')} --help shows the options of one, with examples.`,
    'The secret comes from TRUEDY_WEBHOOK_SECRET (or --secret) and is never printed.',
    '',
  ].join('\n')
}

/** The help of a command. */
export function commandHelp(command: Command, paint: Paint): string {
  const rows = Object.entries(command.options).map(
    ([name, option]) => [optionUsage(name, option), optionHelp(option)] as const,
  )
  const width = Math.max(...rows.map(([usage]) => usage.length))
  return [
    `${paint.bold(`truedy-webhooks ${command.name}`)} ${command.operands}`.trimEnd(),
    '',
    command.summary,
    '',
    paint.bold('Options'),
    ...rows.map(
      ([usage, help]) => `  ${usage.padEnd(width)}  ${help.replaceAll('\n', `\n${' '.repeat(width + 4)}`)}`,
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

/** `--port PORT` */
function optionUsage(name: string, option: Option): string {
  const flag = `--${flagOf(name)}`
  return option.type === 'switch' ? flag : `${flag} ${option.value}`
}

/** What an option does, and its default. */
function optionHelp(option: Option): string {
  if (option.type === 'list') return `${option.help}; may be repeated`
  return 'default' in option ? `${option.help} (${option.default})` : option.help
}
