/** Reading the files that a person names. */

import { readFile } from 'node:fs/promises'
import { EnvironmentError } from './errors.js'
import type { Surroundings } from './surroundings.js'
import { printable } from './terminal/printable.js'

/** By the `code` of an error of Node's `fs`. */
const FILE_ERRORS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a directory',
  EACCES: 'this user may not read it',
}

/** The bytes of a file, or of the standard input for `-`. Throws EnvironmentError. */
export async function readBytes(path: string, surroundings: Surroundings): Promise<Uint8Array> {
  try {
    return path === '-' ? await surroundings.readInput() : await readFile(path)
  } catch (error) {
    // Node's errors of files have a code.
    const { code = '', message } = error as NodeJS.ErrnoException
    throw new EnvironmentError(`"${printable(path)}" cannot be read: ${FILE_ERRORS[code] ?? message}.`)
  }
}
