/** `verify`: one captured request, verified or diagnosed. */

import { diagnose } from '../diagnose/index.js'
import { dedupeKey, isWebhookError, parseEvent } from '../index.js'
import { type Arguments, type Command, OTHER_SECRET_OPTION, requireSecret, SECRET_OPTION } from './command.js'
import { diagnosisLines } from './diagnosis-text.js'
import { UsageError } from './errors.js'
import { readBytes } from './files.js'
import { paintFor, printable } from './paint.js'
import type { Surroundings } from './surroundings.js'

export const verify: Command = {
  name: 'verify',
  summary: 'Verifies one captured request, whatever its age; or says why its signature does not match.',
  operands: '--body FILE --timestamp TEXT --signature TEXT',
  options: {
    body: { value: 'FILE', help: 'the body, byte for byte; - for the standard input' },
    timestamp: { value: 'TEXT', help: 'the header X-Truedy-Timestamp' },
    signature: { value: 'TEXT', help: 'the header X-Truedy-Signature' },
    ...OTHER_SECRET_OPTION,
    ...SECRET_OPTION,
  },
  examples: [
    'npx truedy-webhooks verify --body body.json --timestamp 1773844320 --signature 5f1d…',
    'pbpaste | npx truedy-webhooks verify --body - --timestamp 1773844320 --signature 5f1d…',
  ],
  exitCodes: {
    0: 'the signature is genuine (a receiver would still refuse an old delivery)',
    1: 'it is not, or the file cannot be read',
    2: 'the command line is wrong',
  },
  async run(args, surroundings) {
    if (args.operands[0] !== undefined) throw new UsageError(`What is "${args.operands[0]}" for?`, 'verify')
    const path = required(args, 'body')
    const headers = {
      'x-truedy-timestamp': required(args, 'timestamp'),
      'x-truedy-signature': required(args, 'signature'),
    }
    const secret = requireSecret(args, surroundings)
    const body = await readBytes(path, surroundings)
    const diagnosis = await diagnose(body, headers, secret, { otherSecrets: args.texts('other-secret') })
    const event = diagnosis.ok ? describeEvent(body) : undefined

    if (args.has('json')) {
      surroundings.print(`${JSON.stringify({ ...diagnosis, ...event, bytes: body.length })}\n`)
    } else {
      print(
        { ...diagnosis, lines: diagnosisLines(diagnosis, paintFor(surroundings)) },
        event,
        body,
        surroundings,
      )
    }
    return diagnosis.ok ? 0 : 1
  },
}

interface EventDescription {
  readonly event?: string
  readonly key?: string
  readonly error?: string
}

/** What a genuine body says, or why it says nothing. */
function describeEvent(body: Uint8Array): EventDescription {
  try {
    const event = parseEvent(body)
    return { event: event.rawEvent, key: dedupeKey(event) }
  } catch (error) {
    if (!isWebhookError(error)) throw error
    return { error: error.message }
  }
}

function print(
  { ok, lines }: { readonly ok: boolean; readonly lines: readonly string[] },
  event: EventDescription | undefined,
  body: Uint8Array,
  surroundings: Surroundings,
): void {
  const paint = paintFor(surroundings)
  const verdict = ok
    ? paint.green('✓ The signature is genuine.')
    : paint.red('✗ The signature does not match.')
  const details = [
    `${'body'.padEnd(7)}${body.length} bytes`,
    ...(event?.event === undefined ? [] : [`${'event'.padEnd(7)}${printable(event.event)}`]),
    ...(event?.key === undefined ? [] : [`${'key'.padEnd(7)}${printable(event.key)}`]),
    ...(event?.error === undefined ? [] : [`${'event'.padEnd(7)}${paint.yellow(event.error)}`]),
  ]
  surroundings.print(`${[verdict, ...details, ...lines].join('\n')}\n`)
}

function required(args: Arguments, name: string): string {
  const text = args.text(name)
  if (text !== undefined) return text
  throw new UsageError(`--${name} is missing: what arrived as the ${name} of the request.`, 'verify')
}
