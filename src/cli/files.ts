/** Reading what a person names. */

import { readFile } from 'node:fs/promises'
import { EnvironmentError } from './errors.js'
import type { Surroundings } from './surroundings.js'
import { printable } from './terminal/printable.js'

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a directory',
  EACCES: 'this user may not read it',
}

/** The bytes of a file, or of the standard input for `-`. Throws EnvironmentError. */
export async function readBytes(path: string, surroundings: Surroundings): Promise<Uint8Array> {
  try {
    return path === '-' ? await surroundings.readInput() : await readFile(path)
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException
    throw new EnvironmentError(`"${printable(path)}" cannot be read: ${REASONS[code] ?? message}.`)
  }
}
