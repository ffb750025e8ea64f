/** Reports what happens in a process of the test, as one JSON object per line. */

/**
 * The line is written before the call returns, and all processes write to the same pipe. Therefore, the reports of a
 * worker precede the primary's report of its exit.
 *
 * @param {import('../worker-events.js').WorkerEvent} event
 */
export function report(event) {
  process.stdout.write(`${JSON.stringify(event)}\n`)
}
