/** Runs `send`. */

import { signDelivery } from '../../testing/sign.js'
import type { Surroundings } from '../surroundings.js'
import { wrap } from '../terminal/wrap.js'
import { openTransport } from '../transport.js'
import type { SendArguments } from './options.js'
import { makePlan } from './plan.js'
import { sendReportAsJson } from './send-json.js'
import { sendReportAsText } from './send-text.js'
import { createSender } from './sender.js'
import { createStatistics } from './statistics.js'
import { createWaiting } from './waiting.js'

/** How long to wait for responses after Ctrl-C. */
const GRACE_MS = 300

/**
 * Sends the deliveries that the arguments describe, and reports them.
 *
 * @returns the exit code
 * @throws UsageError, EnvironmentError or WebhookError, before anything is sent
 */
export async function sendDeliveries(args: SendArguments, surroundings: Surroundings): Promise<number> {
  const { interrupted } = surroundings
  const plan = await makePlan(args, surroundings)
  for (const note of plan.notes) surroundings.warn(`${wrap(note, surroundings.columns).join('\n')}\n`)
  const waiting = createWaiting(interrupted)
  const transport = await openTransport(plan.url)
  // The first signature takes milliseconds. Created now, it doesn't delay the first delivery.
  await signDelivery('', plan.secret)
  const statistics = createStatistics()
  const report = (args.json ? sendReportAsJson : sendReportAsText)(plan, statistics, surroundings)
  const sender = createSender({
    ...plan,
    transport,
    waiting,
    onAttempt(attempt) {
      statistics.add(attempt)
      report.attempt(attempt)
    },
  })

  let grace: NodeJS.Timeout | undefined
  interrupted.addEventListener('abort', () => {
    grace = setTimeout(() => transport.close(), GRACE_MS)
  })
  await plan.schedule(
    plan.total,
    (index) => {
      statistics.begin()
      return sender.send(plan.makeBody(index), plan.capturedHeaders?.(index))
    },
    waiting,
  )
  await sender.idle()
  clearTimeout(grace)
  transport.close()

  report.end()
  if (interrupted.aborted) return 130
  return statistics.summary().failed > 0 ? 1 : 0
}
