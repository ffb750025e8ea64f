/** `verify`: one captured request, verified or diagnosed. */

import { type Diagnosis, diagnose } from '../../diagnose/index.js'
import { dedupeKey, isWebhookError, parseEvent } from '../../index.js'
import {
  type Arguments,
  type Command,
  OTHER_SECRET_OPTION,
  requireOtherSecrets,
  requireSecret,
  SECRET_OPTION,
} from '../command.js'
import { UsageError } from '../errors.js'
import { readBytes } from '../files.js'
import { diagnosisLines } from '../terminal/diagnosis-text.js'
import { jsonLine } from '../terminal/json-line.js'
import { type Paint, paintFor } from '../terminal/paint.js'
import { printable } from '../terminal/printable.js'

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
    const otherSecrets = requireOtherSecrets(args, 'verify')
    const body = await readBytes(path, surroundings)
    const diagnosis = await diagnose(body, headers, secret, { otherSecrets })
    const event = diagnosis.ok ? describeEvent(body) : undefined

    const report = { diagnosis, event, bytes: body.length }
    surroundings.print(args.has('json') ? toJson(report) : toText(report, paintFor(surroundings)))
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

/** What is told of a request. */
interface Report {
  readonly diagnosis: Diagnosis
  readonly event: EventDescription | undefined
  readonly bytes: number
}

function toJson({ diagnosis, event, bytes }: Report): string {
  return jsonLine({ ...diagnosis, ...event, bytes })
}

function toText({ diagnosis, event, bytes }: Report, paint: Paint): string {
  const verdict = diagnosis.ok
    ? paint.green('✓ The signature is genuine.')
    : paint.red('✗ The signature does not match.')
  const details = [
    ['body', `${bytes} bytes`],
    ['event', event?.event && printable(event.event)],
    ['key', event?.key && printable(event.key)],
    ['event', event?.error && paint.yellow(event.error)],
  ].flatMap(([label = '', text]) => (text ? [label.padEnd(7) + text] : []))
  return `${[verdict, ...details, ...diagnosisLines(diagnosis, paint)].join('\n')}\n`
}

function required(args: Arguments, name: string): string {
  const text = args.text(name)
  if (text !== undefined) return text
  throw new UsageError(`--${name} is missing: what arrived as the ${name} of the request.`, 'verify')
}
