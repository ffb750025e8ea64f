/** How a process of the test says what happens in it: one JSON object a line. */

/**
 * A line is written before the call returns, and all processes write to the same pipe: what a worker said comes before the
 * primary's line that it died.
 *
 * @param {import('../worker-events.js').WorkerEvent} event
 */
export function report(event) {
  process.stdout.write(`${JSON.stringify(event)}\n`)
}
