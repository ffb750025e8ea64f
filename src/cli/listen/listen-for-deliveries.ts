/** Listens until Ctrl-C: one run of `listen`. */

import { once } from 'node:events'
import { UsageError } from '../errors.js'
import { requireNoOperands, requireOtherSecrets, requireSecret } from '../requirements.js'
import type { Surroundings } from '../surroundings.js'
import { startEndpoint } from './endpoint-server.js'
import { listenReportAsJson } from './listen-json.js'
import { listenReportAsText } from './listen-text.js'
import { createLog } from './log.js'
import { openBrowser } from './open-browser.js'
import type { ListenArguments } from './options.js'
import { createOutcomeCounts } from './outcome-counts.js'
import { startPage } from './page-server.js'

/** Listens until the run is interrupted. Resolves with the exit code. */
export async function listenForDeliveries(
  args: ListenArguments,
  surroundings: Surroundings,
): Promise<number> {
  requireNoOperands(args.operands, 'listen')
  const secret = requireSecret(args.secret, surroundings)
  const path = requirePath(args.path)
  const otherSecrets = requireOtherSecrets(args.otherSecret, 'listen')
  const counts = createOutcomeCounts()
  const report = (args.json ? listenReportAsJson : listenReportAsText)(counts, surroundings)
  const log = createLog()

  const endpoint = await startEndpoint({
    port: args.port,
    path,
    secret,
    otherSecrets,
    onDelivery(delivery) {
      // Ctrl-C breaks off what is under way, which is no news; and nothing may follow the summary.
      if (surroundings.interrupted.aborted) return
      counts.add(delivery)
      report.delivery(delivery)
      log.add(delivery)
    },
    onElsewhere: (method, elsewhere) => report.elsewhere(method, elsewhere, path),
  })
  const url = `${endpoint.origin}${path}`
  const page = args.open ? await startPage({ log, secret, endpoint: url }) : undefined
  report.start({ url, ...(page && { page: page.url }) })
  if (page) openBrowser(page.url, surroundings.env)

  if (!surroundings.interrupted.aborted) await once(surroundings.interrupted, 'abort')
  await Promise.all([endpoint.close(), page?.close()])
  report.end()
  return 130
}

function requirePath(path: string): string {
  // A request asks for what the URL parser makes of a path, so a path that it changes would never be asked for.
  if (path.startsWith('/') && new URL(`http://localhost${path}`).pathname === path) return path
  throw new UsageError(`--path takes a path such as /webhooks/truedy, not "${path}".`, 'listen')
}
