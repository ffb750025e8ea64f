/** Reports a run of `listen` as JSON: one line for each delivery, and a summary at the end. */

import type { Surroundings } from '../surroundings.js'
import { jsonLine } from '../terminal/json-line.js'
import { toLine } from './delivery-line.js'
import type { ListenReport } from './listen-report.js'
import type { OutcomeCounts } from './outcome-counts.js'

/** Starts a report for scripts. */
export function listenReportAsJson(counts: OutcomeCounts, { print }: Surroundings): ListenReport {
  const line = (object: object) => print(jsonLine(object))
  return {
    start: (addresses) => line({ type: 'listening', ...addresses }),
    delivery: (delivery) => {
      const { app, payload } = delivery
      // The feed of the page leaves out the app's body and the payload. The page requests them when a delivery is opened.
      line({
        type: 'delivery',
        ...toLine(delivery),
        ...(app && { appBody: app.body }),
        ...(payload && { payload }),
      })
    },
    elsewhere: (method, path, expected) => line({ type: 'not_found', method, path, expected }),
    problem: (message) => line({ type: 'problem', message }),
    end: () =>
      line({
        type: 'summary',
        deliveries: counts.total,
        hidden: counts.hidden,
        ...counts.outcomes,
        rejections: Object.fromEntries(counts.rejections),
      }),
  }
}
