/** `verify`: one captured request, verified or diagnosed. */

import { dedupeKey } from '../../dedupe/key.js'
import { type Diagnosis, diagnose } from '../../diagnose/index.js'
import { isWebhookError } from '../../errors.js'
import { parseEvent } from '../../events/parse.js'
import { defineCommand } from '../command.js'
import { OTHER_SECRET_OPTION, SECRET_OPTION } from '../common-options.js'
import { UsageError } from '../errors.js'
import { readBytes } from '../files.js'
import { requireNoOperands, requireOtherSecrets, requireSecret } from '../requirements.js'
import type { Surroundings } from '../surroundings.js'
import { diagnosisLines } from '../terminal/diagnosis-text.js'
import { jsonLine } from '../terminal/json-line.js'
import { paintFor } from '../terminal/paint.js'
import { printable } from '../terminal/printable.js'

export const verify = defineCommand({
  name: 'verify',
  summary: 'Verifies one captured request, whatever its age; or says why its signature does not match.',
  operands: '--body FILE --timestamp TEXT --signature TEXT',
  options: {
    body: { type: 'text', value: 'FILE', help: 'the body, byte for byte; - for the standard input' },
    timestamp: { type: 'text', value: 'TEXT', help: 'the header X-Truedy-Timestamp' },
    signature: { type: 'text', value: 'TEXT', help: 'the header X-Truedy-Signature' },
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
    requireNoOperands(args.operands, 'verify')
    const path = requirePart('body', args.body)
    const headers = {
      'x-truedy-timestamp': requirePart('timestamp', args.timestamp),
      'x-truedy-signature': requirePart('signature', args.signature),
    }
    const secret = requireSecret(args.secret, surroundings)
    const otherSecrets = requireOtherSecrets(args.otherSecret, 'verify')
    const body = await readBytes(path, surroundings)
    const diagnosis = await diagnose(body, headers, secret, { otherSecrets })
    const event = diagnosis.ok ? describeEvent(body) : undefined

    const findings = { diagnosis, event, bytes: body.length }
    surroundings.print(args.json ? findingsAsJson(findings) : findingsAsText(findings, surroundings))
    return diagnosis.ok ? 0 : 1
  },
})

interface EventDescription {
  readonly event?: string
  readonly key?: string
  readonly error?: string
}

/** The event in a genuine body, or why there is none. */
function describeEvent(body: Uint8Array): EventDescription {
  try {
    const event = parseEvent(body)
    return { event: event.rawEvent, key: dedupeKey(event) }
  } catch (error) {
    if (!isWebhookError(error)) throw error
    return { error: error.message }
  }
}

/** What was found out about a request. */
interface VerifyFindings {
  readonly diagnosis: Diagnosis
  readonly event: EventDescription | undefined
  readonly bytes: number
}

function findingsAsJson({ diagnosis, event, bytes }: VerifyFindings): string {
  return jsonLine({ ...diagnosis, ...event, bytes })
}

function findingsAsText({ diagnosis, event, bytes }: VerifyFindings, surroundings: Surroundings): string {
  const paint = paintFor(surroundings)
  const verdict = diagnosis.ok
    ? paint.green('✓ The signature is genuine.')
    : paint.red('✗ The signature does not match.')
  const details = [
    ['body', `${bytes} bytes`],
    ['event', event?.event && printable(event.event)],
    ['key', event?.key && printable(event.key)],
    ['event', event?.error && paint.yellow(event.error)],
  ].flatMap(([label = '', text]) => (text ? [label.padEnd(7) + text] : []))
  return `${[verdict, ...details, ...diagnosisLines(diagnosis, paint, surroundings.columns)].join('\n')}\n`
}

function requirePart(name: string, text: string | undefined): string {
  if (text !== undefined) return text
  throw new UsageError(`--${name} is missing: what arrived as the ${name} of the request.`, 'verify')
}
