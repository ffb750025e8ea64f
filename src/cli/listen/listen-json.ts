/** Reports a run of `listen` as JSON: one object a line for each delivery, and a summary at the end. */

import type { Surroundings } from '../surroundings.js'
import { jsonLine } from '../terminal/json-line.js'
import { toLine } from './delivery-line.js'
import type { ListenReport } from './listen-report.js'
import type { OutcomeCounts } from './outcome-counts.js'

/** Opens a report for scripts. */
export function listenReportAsJson(counts: OutcomeCounts, { print }: Surroundings): ListenReport {
  const line = (object: object) => print(jsonLine(object))
  return {
    start: (addresses) => line({ type: 'listening', ...addresses }),
    delivery: (delivery) => line({ type: 'delivery', ...toLine(delivery) }),
    elsewhere: (method, path, expected) => line({ type: 'not_found', method, path, expected }),
    end: () =>
      line({
        type: 'summary',
        deliveries: counts.total,
        ...counts.outcomes,
        refusals: Object.fromEntries(counts.rejections),
      }),
  }
}
