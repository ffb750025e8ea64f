/** What the test prints: a line for each run. */

/** One run, counted. */
export interface LedgerLine {
  readonly store: string
  readonly scenario: string
  /** What was done to it. */
  readonly faults: string
  readonly deliveries: number
  readonly requests: number
  /** Answers 500. */
  readonly failed: number
  /** Answers 503. */
  readonly busy: number
  /** Requests without an answer. */
  readonly broken: number
  /** Handlers that ended with their worker. */
  readonly interrupted: number
  readonly events: number
  readonly once: number
  readonly again: number
  readonly lost: number
  readonly seconds: string
}

/** What was sent, what was answered, and what became of it. */
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
 * Lines as a table, its columns as wide as they have to be: text to the left, figures to the right.
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
