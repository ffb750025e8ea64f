/** The table that the test prints, with a line for each run. */

/** The counts of one run. */
export interface LedgerLine {
  readonly store: string
  readonly scenario: string
  /** The faults. */
  readonly faults: string
  readonly deliveries: number
  readonly requests: number
  /** Responses with 500. */
  readonly failed: number
  /** Responses with 503. */
  readonly busy: number
  /** Requests without a response. */
  readonly broken: number
  /** Handlers that ended because their worker crashed. */
  readonly interrupted: number
  readonly events: number
  readonly once: number
  readonly again: number
  readonly lost: number
  readonly seconds: string
}

/** What was sent, the responses, and what happened to the events. */
const TITLES: Record<keyof LedgerLine, string> = {
  store: 'store',
  scenario: 'scenario',
  faults: 'faults',
  deliveries: 'sent',
  requests: 'requests',
  failed: '500',
  busy: '503',
  broken: 'broken',
  interrupted: 'interrupted',
  events: 'events',
  once: 'processed once',
  again: 'processed again',
  lost: 'lost',
  seconds: 'seconds',
}

/** Lines as a table. */
export function toTable(lines: readonly LedgerLine[]): string {
  return tableOf(TITLES, lines)
}

/**
 * Lines as a table with columns as wide as needed: text on the left, numbers on the right.
 *
 * @param titles - a title for each part of a line, in the order of the columns
 */
export function tableOf<Line extends object>(
  titles: Readonly<Record<keyof Line, string>>,
  lines: readonly Line[],
): string {
  // The keys of an object literal are those of its type.
  const keys = Object.keys(titles) as (keyof Line)[]
  const columns = keys.map((key) => {
    const cells = [titles[key], ...lines.map((line) => String(line[key]))]
    const width = Math.max(...cells.map(({ length }) => length))
    const isText = cells.slice(1).some((cell) => !/^[\d.,]*$/.test(cell))
    return cells.map((cell) => (isText ? cell.padEnd(width) : cell.padStart(width)))
  })
  return ['', ...lines].map((_, row) => columns.map((cells) => cells[row]).join('  ')).join('\n')
}
