/** The folder of `--save`: one file for each delivery. */

import { randomBytes } from 'node:crypto'
import { mkdir, open, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { headerPairs } from '../connection-headers.js'
import { EnvironmentError } from '../errors.js'
import { formatDelivery, type SavedDelivery } from '../saved-delivery.js'
import { printable } from '../terminal/printable.js'
import type { ListenedDelivery } from './listened-delivery.js'

/** Saves deliveries. */
export interface DeliveryFolder {
  /** Starts to save a delivery. A failure is reported, and never thrown. */
  save(delivery: ListenedDelivery): void
  /** Resolves when every file is whole. */
  idle(): Promise<void>
}

/** The settings of a folder besides its path. */
export interface DeliveryFolderSettings {
  /** Never written, whatever is received. */
  readonly secrets: readonly string[]
  /** Called once for each kind of failure. */
  onProblem(problem: string): void
}

/** A shorter secret could occur in a delivery by chance, so it isn't searched for. */
const MIN_SECRET_LENGTH = 12

/** Creates the folder if there is none. Throws EnvironmentError. */
export async function openDeliveryFolder(
  path: string,
  { secrets, onProblem }: DeliveryFolderSettings,
): Promise<DeliveryFolder> {
  try {
    // Payloads hold phone numbers and prompts: only this user may read them.
    await mkdir(path, { recursive: true, mode: 0o700 })
  } catch (error) {
    throw new EnvironmentError(`The folder "${printable(path)}" cannot be created: ${messageOf(error)}.`)
  }
  const long = secrets.filter(({ length }) => length >= MIN_SECRET_LENGTH)
  const underWay = new Set<Promise<void>>()
  const reported = new Set<string>()
  const report = (problem: string) => {
    if (!reported.has(problem)) onProblem(problem)
    reported.add(problem)
  }

  return {
    save(delivery) {
      const text = formatDelivery(toSaved(delivery))
      if (long.some((secret) => holdsSecret(delivery, secret))) {
        report('A delivery contains a secret that you passed to listen, so the delivery is not saved.')
        return
      }
      const saved: Promise<void> = writeWhole(join(path, nameOf(delivery)), text)
        .catch((error) => report(`A delivery cannot be saved: ${messageOf(error)}.`))
        .then(() => void underWay.delete(saved))
      underWay.add(saved)
    },
    async idle() {
      await Promise.all(underWay)
    },
  }
}

/** A name that sorts by time and that no other file has. */
function nameOf({ receivedAt, number, event, code = 'failed' }: ListenedDelivery): string {
  const time = new Date(receivedAt).toISOString().replaceAll(':', '-')
  // An event may have any name; a file may not.
  const name = (event ?? code).replace(/[^\w.-]/g, '_').slice(0, 60)
  return `${time}-${String(number).padStart(4, '0')}-${name}-${randomBytes(4).toString('hex')}.json`
}

/** A file under its final name is always whole: it is written under a temporary name first, which `send --from` ignores. */
async function writeWhole(path: string, text: string): Promise<void> {
  const temporary = `${path}.part`
  try {
    // `wx` never writes to a file that exists.
    const file = await open(temporary, 'wx', 0o600)
    try {
      await file.writeFile(text)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
}

function toSaved(delivery: ListenedDelivery): SavedDelivery {
  const { receivedAt, method, path, rawHeaders, body, isWhole, app } = delivery
  const { isValid, outcome, status, event, key, code, message, diagnosis } = delivery
  return {
    receivedAt: new Date(receivedAt).toISOString(),
    verdict: {
      isValid,
      outcome,
      ...(status !== undefined && { status }),
      ...(event !== undefined && { event }),
      ...(key !== undefined && { key }),
      ...(code !== undefined && { code }),
      ...(message !== undefined && { message }),
      ...(diagnosis && { causes: diagnosis.causes }),
    },
    ...(app && {
      app: {
        ...(app.result.kind === 'response' ? { status: app.result.status } : { reason: app.result.reason }),
        durationMs: Math.round(app.result.ms * 10) / 10,
        body: app.body,
      },
    }),
    request: { method, path, headers: headerPairs(rawHeaders), body, isWhole },
  }
}

/** Tells whether a request or the app's response has the secret in it. */
function holdsSecret({ path, rawHeaders, body, app }: ListenedDelivery, secret: string): boolean {
  const texts = [path, ...rawHeaders, app?.body ?? '']
  return Buffer.from(body).includes(secret) || texts.some((text) => text.includes(secret))
}

function messageOf(error: unknown): string {
  // Node's errors of files name the path, which may hold anything.
  return printable(error instanceof Error ? error.message : String(error))
}
