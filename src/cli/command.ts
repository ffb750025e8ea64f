/** What a command is, and how its arguments are read. */

import { parseArgs } from 'node:util'
import { didYouMean } from '../did-you-mean.js'
import { UsageError } from './errors.js'
import type { Surroundings } from './surroundings.js'

/** One command of the command line. */
export interface Command {
  readonly name: string
  /** What it is for, as the first lines of its help. */
  readonly summary: string
  /** What stands behind the name: `"URL [EVENT]"`. */
  readonly operands: string
  readonly options: Readonly<Record<string, Option>>
  /** Whole command lines. */
  readonly examples: readonly string[]
  /** What each exit code means. */
  readonly exitCodes: Readonly<Record<number, string>>
  /** Runs it. Resolves with the exit code. */
  run(args: Arguments, surroundings: Surroundings): Promise<number>
}

/** An option of a command. */
export interface Option {
  /** What it takes, as the help shows it (`"PORT"`); without it, the option is a switch. */
  readonly value?: string
  readonly isRepeatable?: boolean
  readonly help: string
}

/** The arguments of one run. */
export interface Arguments {
  readonly operands: readonly string[]
  /** Whether a switch was given. */
  has(name: string): boolean
  /** The text of an option; the last, where it came several times. */
  text(name: string): string | undefined
  /** All texts of an option. */
  texts(name: string): readonly string[]
  /** The number of an option. Throws UsageError where it is not one in the range. */
  number(name: string, range: NumberRange): number | undefined
}

/** Which numbers an option takes. */
export interface NumberRange {
  readonly min: number
  readonly max: number
  readonly isWhole?: boolean
}

/** Options that every command has. */
export const COMMON_OPTIONS = {
  json: { help: 'one JSON object a line, for scripts' },
  help: { help: 'show this' },
} as const satisfies Record<string, Option>

/** The option of all commands that sign or verify. */
export const SECRET_OPTION = {
  secret: { value: 'SECRET', help: 'the secret of the endpoint; better in TRUEDY_WEBHOOK_SECRET' },
} as const satisfies Record<string, Option>

/** The option of the commands that diagnose. */
export const OTHER_SECRET_OPTION = {
  'other-secret': {
    value: 'SECRET',
    isRepeatable: true,
    help: 'the secret of another endpoint or environment, which may have signed',
  },
} as const satisfies Record<string, Option>

/** Reads the arguments of a command. Throws UsageError. */
export function readArguments(command: Command, argv: readonly string[]): Arguments {
  const options = { ...command.options, ...COMMON_OPTIONS } as Readonly<Record<string, Option>>
  const { tokens } = parseArgs({
    args: [...argv],
    strict: false,
    tokens: true,
    allowPositionals: true,
    options: Object.fromEntries(
      Object.entries(options).map(([name, { value }]) => [name, { type: value ? 'string' : 'boolean' }]),
    ) as Record<string, { type: 'string' | 'boolean' }>,
  })

  const operands: string[] = []
  const values = new Map<string, string[]>()
  for (const token of tokens) {
    if (token.kind === 'positional') operands.push(token.value)
    if (token.kind !== 'option') continue
    const option = Object.hasOwn(options, token.name) ? options[token.name] : undefined
    if (!option) {
      const hint = didYouMean(token.name, Object.keys(options), (name) => `--${name}`)
      throw new UsageError(`${command.name} has no option ${token.rawName}.${hint}`, command.name)
    }
    if (option.value && (token.value === undefined || isOption(token.value, token.inlineValue))) {
      throw new UsageError(`--${token.name} needs a value: --${token.name} ${option.value}.`, command.name)
    }
    if (!option.value && token.value !== undefined) {
      throw new UsageError(`--${token.name} takes no value.`, command.name)
    }
    values.set(token.name, [...(values.get(token.name) ?? []), token.value ?? ''])
  }

  const text = (name: string) => values.get(name)?.at(-1)
  return {
    operands,
    has: (name) => values.has(name),
    text,
    texts: (name) => values.get(name) ?? [],
    number(name, { min, max, isWhole = false }) {
      const given = text(name)
      if (given === undefined) return undefined
      const number = given.trim() === '' ? Number.NaN : Number(given)
      if (number >= min && number <= max && (!isWhole || Number.isInteger(number))) return number
      throw new UsageError(
        `--${name} takes a ${isWhole ? 'whole ' : ''}number from ${min} to ${max}, not "${given}".`,
        command.name,
      )
    },
  }
}

/** Whether what stands where a value belongs is the next option. `--data -` is the standard input. */
function isOption(value: string, isInline: boolean): boolean {
  return !isInline && value.startsWith('--')
}

/** The secret, from the option or the environment. Throws UsageError, which never repeats it. */
export function requireSecret(args: Arguments, { env }: Surroundings): string {
  const secret = args.text('secret') ?? env['TRUEDY_WEBHOOK_SECRET']
  if (secret) return secret
  throw new UsageError(
    "No secret. Set TRUEDY_WEBHOOK_SECRET to the endpoint's secret as Truedy's dashboard shows it, or give --secret.",
  )
}

/** The other secrets that may have signed. Throws UsageError, which never repeats them. */
export function requireOtherSecrets(args: Arguments, command: string): readonly string[] {
  const secrets = args.texts('other-secret')
  // Now, and not when the first delivery is diagnosed, which could be anyone's.
  if (!secrets.includes('')) return secrets
  throw new UsageError('--other-secret is empty: is the variable set that it comes from?', command)
}

/** The operand that is a URL, with http:// or https://. Throws UsageError. */
export function requireUrl(text: string | undefined, command: string): URL {
  if (text === undefined) {
    throw new UsageError('Where to? Give the URL of the endpoint.', command)
  }
  // `localhost:3000/path` parses as a URL of the scheme "localhost".
  const url = /^https?:\/\//i.test(text) && URL.canParse(text) ? new URL(text) : undefined
  if (url) return url
  throw new UsageError(
    `"${text}" is no URL that can be sent to. It begins with http:// or https://, as http://127.0.0.1:3000/webhooks/truedy does.`,
    command,
  )
}
