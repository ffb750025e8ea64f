/** Writes the folder of `--save`: one file for each delivery. */

import { randomBytes } from 'node:crypto'
import { mkdir, open, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { isProbe } from '../../testing/reserialization.js'
import { headerPairs } from '../connection-headers.js'
import { EnvironmentError } from '../errors.js'
import { formatDelivery, type SavedDelivery } from '../saved-delivery.js'
import { printable } from '../terminal/printable.js'
import type { ListenedDelivery } from './listened-delivery.js'

/** Saves deliveries. */
export interface DeliveryFolder {
  /** Starts to save a delivery. A failure is reported instead of thrown. */
  save(delivery: ListenedDelivery): void
  /** Resolves when every file is complete. */
  idle(): Promise<void>
}

/** The settings of a folder besides its path. */
export interface DeliveryFolderSettings {
  /** A delivery that contains one of these is not saved, unless the secret is shorter than {@link MIN_SECRET_LENGTH}. */
  readonly secrets: readonly string[]
  /** Called once for each kind of failure. */
  onProblem(problem: string): void
}

/** A shorter secret could occur in a delivery by chance, so it isn't searched for. */
const MIN_SECRET_LENGTH = 12

/** Reasons by the `code` of an error from Node's `fs`. */
const FOLDER_ERRORS: Readonly<Record<string, string>> = {
  EACCES: "this user can't write there",
  EPERM: "this user can't write there",
  EEXIST: 'there is a file at this path',
  ENOTDIR: 'a part of the path is a file',
  ENOENT: 'there is no such folder',
  ENOSPC: 'the disk is full',
  EROFS: 'the disk is read-only',
}

/** Creates the folder if there is none. Throws EnvironmentError. */
export async function openDeliveryFolder(
  path: string,
  { secrets, onProblem }: DeliveryFolderSettings,
): Promise<DeliveryFolder> {
  try {
    // Only this user may read the files, because payloads contain phone numbers and prompts.
    await mkdir(path, { recursive: true, mode: 0o700 })
  } catch (error) {
    throw new EnvironmentError(
      `The folder "${printable(path)}" can't be created: ${reasonOf(error)}. Choose another one with --save.`,
    )
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
      // A probe comes from these tools, not from Truedy. Its signature is wrong on purpose, so every replay would be rejected.
      if (isProbe(delivery.body)) return
      const text = formatDelivery(toSaved(delivery))
      if (long.some((secret) => holdsSecret(delivery, secret))) {
        report('A delivery contains a secret that you passed to listen. The delivery is not saved.')
        return
      }
      const saved: Promise<void> = writeWhole(join(path, nameOf(delivery)), text)
        .catch((error) =>
          report(`A delivery can't be saved: ${reasonOf(error)}. Check "${printable(path)}".`),
        )
        .then(() => void underWay.delete(saved))
      underWay.add(saved)
    },
    async idle() {
      await Promise.all(underWay)
    },
  }
}

/** Returns a unique file name that sorts by time. */
function nameOf({ receivedAt, number, event, code = 'failed' }: ListenedDelivery): string {
  const time = new Date(receivedAt).toISOString().replaceAll(':', '-')
  // The name of an event can contain any character, but a file name can't.
  const name = (event ?? code).replace(/[^\w.-]/g, '_').slice(0, 60)
  return `${time}-${String(number).padStart(4, '0')}-${name}-${randomBytes(4).toString('hex')}.json`
}

/** Writes a file under a temporary name, which `send --from` ignores, and then renames it. So every `.json` file is complete. */
async function writeWhole(path: string, text: string): Promise<void> {
  const temporary = `${path}.part`
  try {
    // `wx` fails if the file exists.
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

/** Tells whether a request or the app's response contains the secret. */
function holdsSecret({ path, rawHeaders, body, app }: ListenedDelivery, secret: string): boolean {
  const texts = [path, ...rawHeaders, app?.body ?? '']
  return Buffer.from(body).includes(secret) || texts.some((text) => text.includes(secret))
}

/** Says why a folder or file can't be written. The reason has no path, so that it is the same for each file. */
function reasonOf(error: unknown): string {
  // Node's file errors have a code.
  const { code = '' } = error as NodeJS.ErrnoException
  return FOLDER_ERRORS[code] ?? (code || String(error))
}
