/** The tables of the manual (`src/receive/README.md`) list exactly the codes, options and fields of the code. */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import {
  DEFAULT_HANDLER_TIMEOUT_MS,
  DEFAULT_LEASE_MS,
  DEFAULT_STEP_TIMEOUT_MS,
  DEFAULT_TTL_MS,
} from '../../../src/dedupe/options.js'
import {
  type HandlerContext,
  type JobContext,
  type JobHandlerOptions,
  type Outcome,
  type ReceiverOptions,
  WebhookError,
  type WebhookErrorCode,
} from '../../../src/index.js'
import { DEFAULT_MAX_BODY_BYTES } from '../../../src/read-body.js'
import { DEFAULT_TOLERANCE_SECONDS } from '../../../src/verify/options.js'

/** The keys of all members of a union. */
type KeyOfAny<Union> = Union extends unknown ? keyof Union : never

// These are Records so that a missing or unknown name does not compile.
const CODES: Record<WebhookErrorCode, true> = {
  missing_timestamp: true,
  missing_signature: true,
  malformed_timestamp: true,
  malformed_signature: true,
  timestamp_too_old: true,
  timestamp_too_new: true,
  signature_mismatch: true,
  invalid_json: true,
  invalid_event: true,
  method_not_allowed: true,
  body_too_large: true,
  body_not_raw: true,
  busy: true,
  handler_timeout: true,
  step_timeout: true,
  invalid_secret: true,
  invalid_options: true,
}
const RECEIVER_OPTIONS: Record<KeyOfAny<ReceiverOptions>, true> = {
  secret: true,
  on: true,
  onEvent: true,
  queue: true,
  store: true,
  scope: true,
  key: true,
  ttlMs: true,
  leaseMs: true,
  handlerTimeoutMs: true,
  stepTimeoutMs: true,
  onOutcome: true,
  telemetry: true,
  maxBodyBytes: true,
  toleranceSeconds: true,
  headerNames: true,
  now: true,
}
const JOB_OPTIONS: Record<KeyOfAny<JobHandlerOptions>, true> = {
  on: true,
  onEvent: true,
  store: true,
  scope: true,
  ttlMs: true,
  leaseMs: true,
  handlerTimeoutMs: true,
  stepTimeoutMs: true,
  onOutcome: true,
  telemetry: true,
}
const CONTEXT_FIELDS: Record<keyof HandlerContext | keyof JobContext, true> = {
  key: true,
  signal: true,
  rawBody: true,
  sentAt: true,
  scope: true,
  args: true,
  request: true,
  secretIndex: true,
  job: true,
}
const OUTCOME_FIELDS: Record<KeyOfAny<Outcome>, true> = {
  status: true,
  durationMs: true,
  event: true,
  key: true,
  scope: true,
  secretIndex: true,
  error: true,
  recorded: true,
  recordError: true,
}
const STATUSES: Record<Outcome['status'], true> = {
  processed: true,
  queued: true,
  duplicate: true,
  busy: true,
  rejected: true,
  failed: true,
}

/** The numeric defaults of receivers, as the manual writes them. */
const DEFAULTS: Readonly<Record<string, string>> = {
  ttlMs: `${DEFAULT_TTL_MS / 3_600_000} hours`,
  leaseMs: DEFAULT_LEASE_MS.toLocaleString('en'),
  handlerTimeoutMs: `${DEFAULT_HANDLER_TIMEOUT_MS / 60_000} minutes`,
  stepTimeoutMs: DEFAULT_STEP_TIMEOUT_MS.toLocaleString('en'),
  maxBodyBytes: DEFAULT_MAX_BODY_BYTES.toLocaleString('en'),
  toleranceSeconds: String(DEFAULT_TOLERANCE_SECONDS),
}

const manual = readFileSync(join(import.meta.dirname, '../../../src/receive/README.md'), 'utf8')

/** The rows of the table whose header starts with `head`. */
function rowsOf(head: string): string[][] {
  const lines = manual.split('\n')
  const start = lines.findIndex((line) => line.startsWith(`| ${head} |`))
  expect(start, head).toBeGreaterThan(0)
  const end = lines.findIndex((line, index) => index > start && !line.startsWith('|'))
  // The line below the header is dashes.
  const cells = (line: string) => line.split('|').slice(1, -1)
  return lines.slice(start + 2, end).map((line) => cells(line).map((cell) => cell.trim()))
}

/** The names in backticks. */
const namesIn = (cell = '') => [...cell.matchAll(/`(\w+)`/g)].map(([, name = '']) => name)
const sorted = (names: Iterable<string>) => [...names].sort()

describe('the manual of receivers', () => {
  it('lists every error code once, with its status, when it occurs and what to do', () => {
    const rows = rowsOf('code')
    expect(sorted(rows.flatMap(([cell]) => namesIn(cell)))).toEqual(sorted(Object.keys(CODES)))
    for (const [cell = '', status, ...sentences] of rows) {
      // The assertion above makes sure that the name is one of the codes.
      const code = namesIn(cell)[0] as WebhookErrorCode
      expect(status, code).toBe(String(new WebhookError(code, '').status))
      expect(sentences, code).toEqual([expect.stringMatching(/\w.*\.$/), expect.stringMatching(/\w.*[.]$/)])
    }
  })

  it('lists every option once, with its numeric default', () => {
    const rows = rowsOf('option')
    expect(sorted(rows.map(([cell]) => namesIn(cell)[0] ?? ''))).toEqual(
      sorted(Object.keys(RECEIVER_OPTIONS)),
    )
    const defaults = Object.fromEntries(rows.map(([cell, value]) => [namesIn(cell)[0], value]))
    expect(defaults).toMatchObject(DEFAULTS)
  })

  it('names every option of a job handler', () => {
    const [, sentence = ''] = /^A job handler takes these options.*?: (.*?)\. /ms.exec(manual) ?? []
    expect(sorted(namesIn(sentence))).toEqual(sorted(Object.keys(JOB_OPTIONS)))
  })

  it('lists every field of the contexts and outcomes once, and every status', () => {
    const namesOf = (head: string) => sorted(rowsOf(head).flatMap(([cell]) => namesIn(cell)))
    expect(namesOf('field | if the handler runs in')).toEqual(sorted(Object.keys(CONTEXT_FIELDS)))
    expect(namesOf('field | on')).toEqual(sorted(Object.keys(OUTCOME_FIELDS)))
    const statuses = rowsOf('outcome').map(([cell]) => namesIn(cell)[0] ?? '')
    expect(sorted(statuses)).toEqual(sorted(Object.keys(STATUSES)))
  })
})
