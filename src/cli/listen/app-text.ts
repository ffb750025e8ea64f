/** Formats the responses of an app for people. */

import { isProbe, isRejection, isSignatureAccepted, RESERIALIZED } from '../../testing/reserialization.js'
import { explain } from '../hints.js'
import { LABEL_COLUMNS } from '../terminal/diagnosis-text.js'
import { milliseconds } from '../terminal/figures.js'
import type { Paint } from '../terminal/paint.js'
import { printable } from '../terminal/printable.js'
import { breakAnywhere, labeled, wrapLabeled } from '../terminal/wrap.js'
import { isAcknowledged, type PostResult } from '../transport.js'
import type { ListenedDelivery } from './listened-delivery.js'

const ROTATION = 'While you rotate the secret, pass the other one to listen as --other-secret.'

/** The maximum length of a body in the output. The page shows more of it. */
const MAX_BODY = 200

/** Describes the response of an app. */
export type DescribeApp = (delivery: ListenedDelivery, columns: number) => string[]

/** Creates a function that describes responses. Each hint appears once in a run. */
export function createAppText(paint: Paint): DescribeApp {
  const given = new Set<string>()
  const once = (hint: string) => {
    if (given.has(hint)) return []
    given.add(hint)
    return [hint]
  }

  /**
   * The status with which the app last rejected a valid delivery. After such a rejection, `send` sends a probe
   * (`testing/reserialization.ts`).
   */
  let rejectionStatus = 401

  return (delivery, columns) => {
    if (!delivery.app) return []
    const { result, body } = delivery.app
    if (delivery.isValid && result.kind === 'response' && isRejection(result)) {
      rejectionStatus = result.status
    }
    const shown = result.kind === 'response' ? bodyText(body) : ''
    const head = [`${statusText(result)} in ${milliseconds(result.ms)} ms`, shown].filter(Boolean).join(': ')
    const hints = once(hintFor(delivery, result, rejectionStatus))
    return [
      ...labeled('app', breakAnywhere(head, columns - LABEL_COLUMNS), LABEL_COLUMNS),
      ...hints
        .filter((hint) => hint !== '')
        .flatMap((hint) => wrapLabeled('', printable(hint), LABEL_COLUMNS, columns))
        .map(paint.yellow),
    ]
  }
}

function statusText(result: PostResult): string {
  return result.kind === 'response' ? String(result.status) : 'no response'
}

/** Returns a hint for a response; an empty string if the app agrees with the verdict. */
function hintFor(
  { outcome, body, code, diagnosis }: ListenedDelivery,
  result: PostResult,
  rejectionStatus: number,
): string {
  if (result.kind === 'response' && outcome === 'rejected') {
    if (isProbe(body) && isSignatureAccepted(result, rejectionStatus)) return RESERIALIZED
    if (!isAcknowledged(result)) return ''
    // Beside another cause, such as a changed body, the delivery must be rejected whatever the secret.
    if (diagnosis?.causes.join() === 'other_secret') {
      return 'The app accepts that secret, too. This is right while you rotate the secret.'
    }
    const advice = code === 'signature_mismatch' ? ` ${ROTATION}` : ''
    return `The app accepted a delivery that must be rejected. Reject it for the reason above before you process anything.${advice}`
  }
  return isAcknowledged(result) ? '' : sentence(explain(result).hint)
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

/** Formats a body as one line that is safe to print. */
function bodyText(body: string): string {
  const text = body.trim().replace(/\s+/g, ' ')
  return printable(text.length > MAX_BODY ? `${text.slice(0, MAX_BODY)}…` : text)
}
