/** `check`: does an endpoint answer as it must? */

import { type EndpointResult, runCases } from '../../testing/endpoint/check-endpoint.js'
import { endpointCases } from '../../testing/endpoint/endpoint-cases.js'
import { sendRequest } from '../../testing/endpoint/timed-request.js'
import { defineCommand } from '../command.js'
import { SECRET_OPTION } from '../common-options.js'
import { EnvironmentError, UsageError } from '../errors.js'
import { maskUrl } from '../http-url.js'
import { explainNetworkError } from '../network.js'
import { requireSecret, requireUrl } from '../requirements.js'
import type { Surroundings } from '../surroundings.js'
import { jsonLine } from '../terminal/json-line.js'
import { type Paint, paintFor } from '../terminal/paint.js'
import { printable } from '../terminal/printable.js'
import { wrap } from '../terminal/wrap.js'

export const check = defineCommand({
  name: 'check',
  summary:
    'Sends an endpoint everything that it will meet, and says what is wrong with its answers.\nThe genuine deliveries are handled: point it at a test set-up, and let a handler take 200 ms there, so that\nduplicates which are handled twice show.',
  operands: 'URL',
  options: {
    only: {
      type: 'list',
      value: 'TEXT',
      help: 'only the cases that have this in their name',
    },
    ...SECRET_OPTION,
  },
  examples: [
    'npx truedy-webhooks check http://127.0.0.1:3000/webhooks/truedy',
    'npx truedy-webhooks check https://staging.example.com/webhooks/truedy --only signature --only timestamp',
  ],
  exitCodes: {
    0: 'every answer is right',
    1: 'some are not, or nothing answers',
    2: 'the command line is wrong',
    130: 'interrupted',
  },
  async run(args, surroundings) {
    const url = requireUrl(args.operands[0], 'check').href
    const secret = requireSecret(args.secret, surroundings)
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

/** The cases that have one of the texts in their name, in any case of letters; without texts all of them. */
function selectCases(parts: readonly string[]): typeof endpointCases {
  const wanted = parts.map((part) => part.toLowerCase())
  const isWanted = ({ name }: { name: string }) => wanted.some((part) => name.toLowerCase().includes(part))
  const cases = wanted.length === 0 ? endpointCases : endpointCases.filter(isWanted)
  if (cases.length > 0) return cases
  const names = endpointCases.map(({ name }) => `  ${name}`).join('\n')
  throw new UsageError(`No case has that in its name. There are:\n${names}`, 'check')
}

/** Throws EnvironmentError if nothing responds: otherwise every case would fail for the same reason. */
async function requireResponse(url: string): Promise<void> {
  try {
    await sendRequest(url, { method: 'GET' })
  } catch (error) {
    throw new EnvironmentError(`No answer from ${printable(maskUrl(url))}: ${explainNetworkError(error)}`)
  }
}

/** Prints the results of cases as they come. */
interface ResultTable {
  add(result: EndpointResult): void
  end(results: readonly EndpointResult[], summary: { passed: number; failed: number; cases: number }): void
}

function createTable(cases: typeof endpointCases, surroundings: Surroundings): ResultTable {
  const paint = paintFor(surroundings)
  const widths = {
    name: Math.max(4, ...cases.map(({ name }) => name.length)),
    expected: Math.max(8, ...cases.map(({ expected }) => expected.length)),
  }
  const line = (mark: string, name: string, expected: string, actual: string) =>
    surroundings.print(
      `${mark} ${name.padEnd(widths.name)}  ${expected.padEnd(widths.expected)}  ${actual}`
        .trimEnd()
        .concat('\n'),
    )
  line(' ', 'case', 'expected', 'answered')
  return {
    add({ passed, name, expected, actual, note }) {
      const mark = passed ? (note ? paint.yellow('~') : paint.green('✓')) : paint.red('✗')
      line(mark, name, expected, passed ? actual : paint.red(printable(actual)))
    },
    end(results, { passed, failed, cases: all }) {
      const unseen = results.filter(({ note }) => note !== undefined)
      const lines = [
        ...results.filter((result) => !result.passed).flatMap((result) => remedy(result, paint)),
        ...(unseen[0] ? ['', `${paint.yellow('~')} seen ${unseen[0].note}`] : []),
        '',
        `${passed} of ${all} passed${failed > 0 ? paint.red(`, ${failed} failed`) : ''}`,
      ]
      surroundings.print(`${lines.join('\n')}\n`)
    },
  }
}

function remedy({ name, fix = '' }: EndpointResult, paint: Paint): string[] {
  return ['', `${paint.red('✗')} ${paint.bold(name)}`, ...wrap(fix, 96).map((line) => `  ${line}`)]
}
