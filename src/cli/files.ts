/** Reads and decodes the files that are named on the command line. */

import { readFile } from 'node:fs/promises'
import { type Bytes, decodeUtf8 } from '../bytes.js'
import { EnvironmentError } from './errors.js'
import type { Surroundings } from './surroundings.js'
import { printable } from './terminal/printable.js'

/** Reasons by the `code` of an error from Node's `fs`. */
const FILE_ERRORS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file. Check the path',
  EISDIR: 'it is a directory. Name a file in it',
  EACCES: "this user can't read it. Change its permissions",
}

/** Reads the bytes of a file, or of standard input for `-`. Throws EnvironmentError. */
export async function readBytes(path: string, surroundings: Surroundings): Promise<Uint8Array> {
  try {
    return path === '-' ? await surroundings.readInput() : await readFile(path)
  } catch (error) {
    // Node's file errors have a code.
    const { code = '', message } = error as NodeJS.ErrnoException
    throw new EnvironmentError(`"${printable(path)}" can't be read: ${FILE_ERRORS[code] ?? message}.`)
  }
}

/** Decodes bytes as UTF-8. Returns an empty string, which is neither JSON nor a saved delivery, if they aren't UTF-8. */
export function textOf(bytes: Bytes): string {
  try {
    return decodeUtf8(bytes)
  } catch {
    return ''
  }
}
