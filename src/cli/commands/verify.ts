/** `verify`: verifies one captured request, or diagnoses it. */

import { dedupeKey } from '../../dedupe/key.js'
import { type Diagnosis, diagnose } from '../../diagnose/index.js'
import { isWebhookError } from '../../errors.js'
import { parseEvent } from '../../events/parse.js'
import { isProbe, PROBE_NOTE } from '../../testing/reserialization.js'
import type { HeadersInput } from '../../verify/headers.js'
import { defineCommand } from '../command.js'
import { OTHER_SECRET_OPTION, SECRET_OPTION } from '../common-options.js'
import { resendHeaders } from '../connection-headers.js'
import { EnvironmentError, UsageError } from '../errors.js'
import { readBytes, textOf } from '../files.js'
import { requireOtherSecrets, requireSecret } from '../requirements.js'
import { readSavedDelivery } from '../saved-delivery.js'
import type { Surroundings } from '../surroundings.js'
import { diagnosisLines, LABEL_COLUMNS } from '../terminal/diagnosis-text.js'
import { jsonLine } from '../terminal/json-line.js'
import { paintFor } from '../terminal/paint.js'
import { printable } from '../terminal/printable.js'
import { breakAnywhere, labeled, wrapLabeled } from '../terminal/wrap.js'

export const verify = defineCommand({
  name: 'verify',
  summary: 'Verifies one captured request, however old it is. If its signature is invalid, says why.',
  operands: '',
  options: {
    body: {
      type: 'text',
      value: 'FILE',
      isRequired: true,
      help: 'the body, byte for byte, or a file of listen --save, which contains the headers, too; - means standard input',
    },
    timestamp: { type: 'text', value: 'TEXT', help: 'the header X-Truedy-Timestamp' },
    signature: { type: 'text', value: 'TEXT', help: 'the header X-Truedy-Signature' },
    ...OTHER_SECRET_OPTION,
    ...SECRET_OPTION,
  },
  examples: [
    'npx truedy-webhooks verify --body body.json --timestamp 1773844320 --signature 5f1d…',
    'npx truedy-webhooks verify --body deliveries/FILE',
    'pbpaste | npx truedy-webhooks verify --body - --timestamp 1773844320 --signature 5f1d…',
  ],
  exitCodes: {
    0: 'success: the signature is valid (a receiver still rejects an old delivery)',
    1: "failure: the signature is invalid, or the file can't be read",
    2: 'usage error, such as a missing secret',
  },
  async run(args, surroundings) {
    const path = requirePart('body', args.body)
    const secret = requireSecret(args.secret, surroundings, 'verify')
    const otherSecrets = requireOtherSecrets(args.otherSecret, 'verify')
    const { body, headers } = requestIn(await readBytes(path, surroundings), args)
    const diagnosis = isProbe(body) ? PROBE : await diagnose(body, headers, secret, { otherSecrets })
    const event = diagnosis.ok ? describeEvent(body) : undefined

    const findings = { diagnosis, event, bytes: body.length }
    surroundings.print(args.json ? findingsAsJson(findings) : findingsAsText(findings, surroundings))
    return diagnosis.ok ? 0 : 1
  },
})

/**
 * The diagnosis of a probe (`testing/reserialization.ts`). A probe's signature is wrong on purpose, so any other cause would
 * mislead.
 */
const PROBE: Diagnosis = {
  ok: false,
  cause: 'unknown',
  causes: ['unknown'],
  explanation: PROBE_NOTE,
  fix: 'Verify the delivery before it instead.',
}

interface EventDescription {
  readonly event?: string
  readonly key?: string
  readonly error?: string
}

/** Describes the event in a body whose signature is valid, or says why there is none. */
function describeEvent(body: Uint8Array): EventDescription {
  try {
    const event = parseEvent(body)
    return { event: event.rawEvent, key: dedupeKey(event) }
  } catch (error) {
    if (!isWebhookError(error)) throw error
    return { error: error.message }
  }
}

/** The facts about a request. */
interface VerifyFindings {
  readonly diagnosis: Diagnosis
  readonly event: EventDescription | undefined
  readonly bytes: number
}

function findingsAsJson({ diagnosis, event, bytes }: VerifyFindings): string {
  return jsonLine({ ...diagnosis, ...event, bytes })
}

function findingsAsText({ diagnosis, event, bytes }: VerifyFindings, surroundings: Surroundings): string {
  const { columns } = surroundings
  const paint = paintFor(surroundings)
  const verdict = diagnosis.ok
    ? paint.green('✓ The signature is valid.')
    : paint.red('✗ The signature is invalid.')
  const details = [
    ['body', `${bytes} bytes`],
    ['event', event?.event],
    ['key', event?.key],
  ].flatMap(([label = '', text]) =>
    text ? labeled(label, breakAnywhere(printable(text), columns - LABEL_COLUMNS), LABEL_COLUMNS) : [],
  )
  const obstacle = event?.error ? wrapLabeled('event', event.error, LABEL_COLUMNS, columns) : []
  return `${[verdict, ...details, ...obstacle.map(paint.yellow), ...diagnosisLines(diagnosis, paint, columns)].join('\n')}\n`
}

/**
 * Returns the request in a file: a saved delivery, or a body whose headers are options. With a saved delivery, an option
 * takes the place of both saved headers.
 *
 * @throws UsageError if an option is missing
 * @throws EnvironmentError if the body isn't whole
 */
function requestIn(
  file: Uint8Array,
  {
    timestamp,
    signature,
  }: { readonly timestamp: string | undefined; readonly signature: string | undefined },
): { readonly body: Uint8Array; readonly headers: HeadersInput } {
  const saved = readSavedDelivery(textOf(file))?.request
  if (saved && !saved.isWhole) {
    throw new EnvironmentError(
      "Only the beginning of the body was saved, so its signature can't be verified.",
    )
  }
  if (saved && timestamp === undefined && signature === undefined) {
    return { body: saved.body, headers: resendHeaders(saved.headers) }
  }
  return {
    body: saved?.body ?? file,
    headers: {
      'x-truedy-timestamp': requirePart('timestamp', timestamp),
      'x-truedy-signature': requirePart('signature', signature),
    },
  }
}

function requirePart(name: string, text: string | undefined): string {
  if (text !== undefined) return text
  throw new UsageError(`--${name} is missing. Pass the ${name} of the request as it arrived.`, 'verify')
}
