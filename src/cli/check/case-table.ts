/** Prints the results of `check` as a table that fits the terminal. */

import type { EndpointResult } from '../../testing/endpoint/check-endpoint.js'
import type { endpointCases } from '../../testing/endpoint/endpoint-cases.js'
import type { Surroundings } from '../surroundings.js'
import { type Paint, paintFor } from '../terminal/paint.js'
import { printable } from '../terminal/printable.js'
import { padColumns, wrap, wrapLabeled } from '../terminal/wrap.js'

/** Prints the results of cases as they arrive. */
export interface CaseTable {
  add(result: EndpointResult): void
  end(results: readonly EndpointResult[], summary: { passed: number; failed: number; cases: number }): void
}

/** Starts a table for these cases, as wide as the terminal. */
export function createTable(cases: typeof endpointCases, surroundings: Surroundings): CaseTable {
  const paint = paintFor(surroundings)
  const line = (mark: string, cells: Cells, color: Color = plain) =>
    surroundings.print(`${rowLines(mark, cells, widthsFor(cases, surroundings.columns), color).join('\n')}\n`)
  line(' ', ['case', 'expected', 'response'])
  return {
    add({ passed, name, expected, actual, note }) {
      const mark = passed ? (note ? paint.yellow('~') : paint.green('✓')) : paint.red('✗')
      line(mark, [name, expected, printable(actual)], passed ? plain : paint.red)
    },
    end(results, { passed, failed, cases: all }) {
      const { columns } = surroundings
      const noted = results.find(({ note }) => note !== undefined)
      const lines = [
        ...fixLines(
          results.filter((result) => !result.passed),
          paint,
          columns,
        ),
        ...(noted ? ['', ...wrap(`~ ${noted.note}`, columns).map(paint.yellow)] : []),
        '',
        `${passed} of ${all} passed${failed > 0 ? paint.red(`, ${failed} failed`) : ''}`,
      ]
      surroundings.print(`${lines.join('\n')}\n`)
    },
  }
}

type Color = (text: string) => string

const plain: Color = (text) => text

/** The name of a case, the expected response, and the actual one. */
type Cells = readonly [name: string, expected: string, actual: string]

/** The width of each cell in terminal columns. The last cell gets the rest. */
type Widths = readonly [name: number, expected: number, actual: number]

/** The mark of a row with the gap after it, and the gaps between the cells. */
const MARK_COLUMNS = 2
const GAPS_COLUMNS = 4

/** Room for three statuses, such as `204, 204, 503`. */
const MIN_ACTUAL = 13

/** Makes each column as wide as its longest cell. In a narrow terminal, the first two share the space, and their cells wrap. */
function widthsFor(cases: typeof endpointCases, columns: number): Widths {
  const name = Math.max(...cases.map(({ name: text }) => text.length), 'case'.length)
  const expected = Math.max(...cases.map(({ expected: text }) => text.length), 'expected'.length)
  const free = columns - MARK_COLUMNS - GAPS_COLUMNS - MIN_ACTUAL
  const second = Math.min(expected, Math.max('expected'.length, Math.floor(free / 3), free - name))
  const first = Math.min(name, Math.max('case'.length, free - second))
  return [first, second, Math.max(MIN_ACTUAL, columns - MARK_COLUMNS - GAPS_COLUMNS - first - second)]
}

/** Formats a row of the table. It has as many lines as its tallest cell. */
function rowLines(mark: string, cells: Cells, widths: Widths, color: Color): string[] {
  const [names = [], expected = [], actual = []] = cells.map((text, index) => wrap(text, widths[index] ?? 0))
  const count = Math.max(names.length, expected.length, actual.length)
  return Array.from({ length: count }, (_, index) => {
    const before = [padColumns(names[index] ?? '', widths[0]), padColumns(expected[index] ?? '', widths[1])]
    const last = actual[index]
    const row = [`${index === 0 ? mark : ' '} ${before[0]}`, before[1], ...(last ? [color(last)] : [])]
    return row.join('  ').trimEnd()
  })
}

/** The maximum number of cases that are listed above a fix. */
const LISTED_CASES = 3

/** Formats each fix once, below the cases that it applies to. */
function fixLines(failed: readonly EndpointResult[], paint: Paint, columns: number): string[] {
  const namesByFix = new Map<string, string[]>()
  for (const { name, fix = '' } of failed) {
    namesByFix.set(fix, [...(namesByFix.get(fix) ?? []), name])
  }
  return [...namesByFix].flatMap(([fix, names]) => {
    const listed = names.length > LISTED_CASES ? names.slice(0, LISTED_CASES - 1) : names
    const more = names.length - listed.length
    return [
      '',
      ...[...listed, ...(more > 0 ? [`${more} more cases`] : [])].map(
        (name) => `${paint.red('✗')} ${paint.bold(name)}`,
      ),
      ...wrapLabeled('', fix, 2, columns),
    ]
  })
}
