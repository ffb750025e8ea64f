/** One run of `listen`. */

import { once } from 'node:events'
import { type Arguments, requireOtherSecrets, requireSecret } from '../command.js'
import { UsageError } from '../errors.js'
import type { Surroundings } from '../surroundings.js'
import { createLog } from './log.js'
import { openBrowser } from './open-browser.js'
import { startPage } from './page-server.js'
import { startReceiver } from './receiver.js'
import { openReport } from './report.js'

/** Listens until it is interrupted. Resolves with the exit code. */
export async function runListen(args: Arguments, surroundings: Surroundings): Promise<number> {
  if (args.operands[0] !== undefined) throw new UsageError(`What is "${args.operands[0]}" for?`, 'listen')
  const secret = requireSecret(args, surroundings)
  const path = requirePath(args.text('path') ?? '/webhooks/truedy')
  const otherSecrets = requireOtherSecrets(args, 'listen')
  const port = args.number('port', { min: 0, max: 65_535, isWhole: true }) ?? 3000
  const report = openReport(surroundings, args.has('json'))
  const log = createLog()

  const receiver = await startReceiver({
    port,
    path,
    secret,
    otherSecrets,
    onDelivery(delivery) {
      // What the end itself broke off is no news, and nothing comes behind the summary.
      if (surroundings.interrupted.aborted) return
      report.delivery(delivery)
      log.add(delivery)
    },
    onElsewhere: (method, elsewhere) => report.elsewhere(method, elsewhere, path),
  })
  const url = `${receiver.origin}${path}`
  const page = args.has('open') ? await startPage({ log, secret, endpoint: url }) : undefined
  report.start({ url, ...(page && { page: `${page.origin}/` }) })
  if (page) openBrowser(`${page.origin}/`, surroundings.env)

  if (!surroundings.interrupted.aborted) await once(surroundings.interrupted, 'abort')
  await Promise.all([receiver.close(), page?.close()])
  report.end()
  return 130
}

function requirePath(path: string): string {
  // What a URL makes of it is what a request will ask for.
  if (path.startsWith('/') && new URL(`http://localhost${path}`).pathname === path) return path
  throw new UsageError(`--path takes a path such as /webhooks/truedy, not "${path}".`, 'listen')
}
