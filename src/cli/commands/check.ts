/** `check`: sends an endpoint every kind of request that it has to handle. */

import { type EndpointResult, runCases } from '../../testing/endpoint/check-endpoint.js'
import { endpointCases } from '../../testing/endpoint/endpoint-cases.js'
import { sendRequest } from '../../testing/endpoint/timed-request.js'
import { maskUrl } from '../../testing/redirect.js'
import { createTable } from '../check/case-table.js'
import { defineCommand } from '../command.js'
import { SECRET_OPTION } from '../common-options.js'
import { EnvironmentError, UsageError } from '../errors.js'
import { explainNetworkError } from '../network.js'
import { requireSecret, requireUrl } from '../requirements.js'
import { jsonLine } from '../terminal/json-line.js'
import { printable } from '../terminal/printable.js'

export const check = defineCommand({
  name: 'check',
  summary:
    'Sends an endpoint every kind of request that it has to handle, and says which responses are wrong and how to fix them. The endpoint processes the valid deliveries, so use a test setup. If its handlers of call.ended and batch.status.changed take at least 200 ms in that setup, the response times show whether duplicates are processed twice.',
  operands: 'URL',
  options: {
    only: {
      type: 'list',
      value: 'TEXT',
      help: 'run only the cases whose name contains TEXT',
    },
    ...SECRET_OPTION,
  },
  examples: [
    'npx truedy-webhooks check http://127.0.0.1:3000/webhooks/truedy',
    'npx truedy-webhooks check https://staging.example.com/webhooks/truedy --only signature --only timestamp',
  ],
  exitCodes: {
    0: 'success: every response is right',
    1: 'failure: some responses are wrong, or the endpoint does not respond',
    2: 'usage error, such as a missing secret',
    130: 'stopped with Ctrl-C',
  },
  async run(args, surroundings) {
    const url = requireUrl(args.operands[0], 'check').href
    const secret = requireSecret(args.secret, surroundings, 'check')
    const cases = selectCases(args.only)
    await requireResponse(url)

    const table = args.json ? undefined : createTable(cases, surroundings)
    const results: EndpointResult[] = []
    const { interrupted } = surroundings
    for await (const result of runCases({ url, secret }, cases)) {
      if (interrupted.aborted) break
      results.push(result)
      if (table) table.add(result)
      else surroundings.print(jsonLine({ type: 'case', ...result }))
    }

    const passed = results.filter((result) => result.passed).length
    const summary = { passed, failed: results.length - passed, cases: cases.length }
    if (table) table.end(results, summary)
    else surroundings.print(jsonLine({ type: 'summary', ...summary }))
    if (interrupted.aborted) return 130
    return summary.failed === 0 ? 0 : 1
  },
})

/**
 * Returns the cases whose name contains one of the strings, in upper or lower case; all cases if there are no strings. Throws
 * UsageError if a string matches no case.
 */
function selectCases(parts: readonly string[]): typeof endpointCases {
  if (parts.length === 0) return endpointCases
  const matches =
    (part: string) =>
    ({ name }: { name: string }) =>
      name.toLowerCase().includes(part.toLowerCase())
  const unmatched = parts.find((part) => !endpointCases.some(matches(part)))
  if (unmatched === undefined)
    return endpointCases.filter((each) => parts.some((part) => matches(part)(each)))
  const names = endpointCases.map(({ name }) => `  ${name}`).join('\n')
  throw new UsageError(`--only "${unmatched}" matches no case. These are the cases:\n${names}`, 'check')
}

/** Throws EnvironmentError if the endpoint doesn't respond, because every case would fail for the same reason. */
async function requireResponse(url: string): Promise<void> {
  try {
    await sendRequest(url, { method: 'GET' })
  } catch (error) {
    throw new EnvironmentError(
      `There is no response from ${printable(maskUrl(url))}: ${explainNetworkError(error)}`,
    )
  }
}
