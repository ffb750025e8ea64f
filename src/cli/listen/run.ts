/** One run of `listen`. */

import { once } from 'node:events'
import { UsageError } from '../errors.js'
import { requireNoOperands, requireOtherSecrets, requireSecret } from '../requirements.js'
import type { Surroundings } from '../surroundings.js'
import { createLog } from './log.js'
import { openBrowser } from './open-browser.js'
import type { ListenArguments } from './options.js'
import { startPage } from './page-server.js'
import { startReceiver } from './receiver.js'
import { openReport } from './report.js'

/** Listens until it is interrupted. Resolves with the exit code. */
export async function runListen(args: ListenArguments, surroundings: Surroundings): Promise<number> {
  requireNoOperands(args.operands, 'listen')
  const secret = requireSecret(args.secret, surroundings)
  const path = requirePath(args.path)
  const otherSecrets = requireOtherSecrets(args.otherSecret, 'listen')
  const report = openReport(surroundings, args.json)
  const log = createLog()

  const receiver = await startReceiver({
    port: args.port,
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
  const page = args.open ? await startPage({ log, secret, endpoint: url }) : undefined
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
