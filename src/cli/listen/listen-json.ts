/** Reports a run of `listen` as JSON: one object a line for each delivery, and a summary at the end. */

import { redactText } from '../../events/redact.js'
import type { Surroundings } from '../surroundings.js'
import { jsonLine } from '../terminal/json-line.js'
import { type DeliveryLine, toLine } from './delivery-line.js'
import type { ListenReport } from './listen-report.js'
import type { OutcomeCounts } from './outcome-counts.js'

/** Opens a report for scripts. */
export function listenReportAsJson(counts: OutcomeCounts, { print }: Surroundings): ListenReport {
  const line = (object: object) => print(jsonLine(object))
  return {
    start: (addresses) => line({ type: 'listening', ...addresses }),
    delivery: (delivery) => line({ type: 'delivery', ...redacted(toLine(delivery)) }),
    elsewhere: (method, path, expected) =>
      line({ type: 'not_found', method, path: redactText(path), expected }),
    end: () =>
      line({
        type: 'summary',
        deliveries: counts.total,
        ...counts.outcomes,
        refusals: Object.fromEntries(counts.rejections),
      }),
  }
}

/** A line for an output that is often kept as a log: the name of an event is what its sender wrote. */
function redacted(line: DeliveryLine): DeliveryLine {
  const { event, key } = line
  return { ...line, event: event && redactText(event), key: key && redactText(key) }
}
