/** Runs `listen`. */

import { once } from 'node:events'
import { redactText } from '../../events/redact.js'
import { maskUrl } from '../../testing/redirect.js'
import { UsageError } from '../errors.js'
import { requireHttpUrl, requireOtherSecrets, requireSecret } from '../requirements.js'
import type { Surroundings } from '../surroundings.js'
import { openDeliveryFolder } from './delivery-folder.js'
import { startEndpoint } from './endpoint-server.js'
import { createEventFilter } from './event-filter.js'
import { openForwarder } from './forwarder.js'
import { listenReportAsJson } from './listen-json.js'
import { listenReportAsText } from './listen-text.js'
import type { ListenedDelivery } from './listened-delivery.js'
import { createLog } from './log.js'
import { openBrowser } from './open-browser.js'
import type { ListenArguments } from './options.js'
import { createOutcomeCounts } from './outcome-counts.js'
import { startPage } from './page-server.js'
import { redactDelivery } from './redaction.js'

/** Listens until the run is interrupted. Resolves with the exit code. */
export async function listenForDeliveries(
  args: ListenArguments,
  surroundings: Surroundings,
): Promise<number> {
  const secret = requireSecret(args.secret, surroundings, 'listen')
  const path = requirePath(args.path)
  const otherSecrets = requireOtherSecrets(args.otherSecret, 'listen')
  const isShown = createEventFilter(args.events)
  const app = args.forward === undefined ? undefined : requireApp(args.forward, args.port)
  const counts = createOutcomeCounts()
  const report = (args.json ? listenReportAsJson : listenReportAsText)(counts, surroundings)
  const log = createLog()
  const folder =
    args.save === undefined
      ? undefined
      : await openDeliveryFolder(args.save, {
          secrets: [secret, ...otherSecrets],
          onProblem: (problem) => report.problem(problem),
        })

  function show(delivery: ListenedDelivery): void {
    const isHidden = !isShown(delivery)
    // Ctrl-C cuts off deliveries that are still arriving. Those aren't saved, but complete ones are.
    const isInterrupted = surroundings.interrupted.aborted
    if (!isHidden && (delivery.isWhole || !isInterrupted)) folder?.save(delivery)
    // The summary must be the last output.
    if (isInterrupted) return
    counts.add(delivery, isHidden)
    if (isHidden) return
    report.delivery(redactDelivery(delivery, args.print))
    log.add(delivery)
  }

  const endpoint = await startEndpoint({
    port: args.port,
    path,
    secret,
    otherSecrets,
    forwarder: app && (await openForwarder(app)),
    onDelivery: show,
    onElsewhere: (method, elsewhere) => report.elsewhere(method, redactText(elsewhere), path),
  })
  const url = `${endpoint.origin}${path}`
  const page = args.open ? await startPage({ log, secret, endpoint: url }) : undefined
  report.start({
    url,
    ...(app && { forward: maskUrl(app.href) }),
    ...(args.save !== undefined && { save: args.save }),
    ...(page && { page: page.url }),
  })
  if (page) openBrowser(page.url, surroundings.env)

  if (!surroundings.interrupted.aborted) await once(surroundings.interrupted, 'abort')
  await Promise.all([endpoint.close(), page?.close()])
  await folder?.idle()
  report.end()
  return 130
}

function requirePath(path: string): string {
  // Clients send a path as the URL parser normalizes it, so a path that the parser changes could never be requested.
  if (path.startsWith('/') && new URL(`http://localhost${path}`).pathname === path) return path
  throw new UsageError(
    `--path must be a normalized URL path that starts with / (got "${path}"). An example is /webhooks/truedy.`,
    'listen',
  )
}

/** Returns the app's URL. Throws UsageError if it is this endpoint, which would forward every delivery endlessly. */
function requireApp(text: string, ownPort: number): URL {
  const url = requireHttpUrl(text, '--forward', 'listen')
  const port = Number(url.port || (url.protocol === 'https:' ? 443 : 80))
  const isLocal = ['localhost', '127.0.0.1', '[::1]', '0.0.0.0'].includes(url.hostname)
  if (!isLocal || port !== ownPort) return url
  throw new UsageError(
    `--forward names port ${port}, but listen itself uses that port. Choose another port for listen with --port.`,
    'listen',
  )
}
