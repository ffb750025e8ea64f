/** The library as it runs without `node:crypto`. */

import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const dist = fileURLToPath(new URL('../../dist', import.meta.url))

/**
 * A second copy of the library that found no `node:crypto`. It looks for it once, at its first delivery. A copy of the
 * files, because a module is loaded once for each path.
 *
 * @param {(library: typeof import('../../dist/index.js')) => Promise<unknown>} deliver delivers something to it
 * @returns {Promise<typeof import('../../dist/index.js')>}
 */
export async function importOnWebCrypto(deliver) {
  const folder = await mkdtemp(join(tmpdir(), 'truedy-webhooks-bench-'))
  const { getBuiltinModule } = process
  try {
    await cp(dist, folder, { recursive: true })
    await writeFile(join(folder, 'package.json'), '{ "type": "module" }')
    process.getBuiltinModule = undefined
    const library = await import(pathToFileURL(join(folder, 'index.js')).href)
    await deliver(library)
    return library
  } finally {
    process.getBuiltinModule = getBuiltinModule
    await rm(folder, { recursive: true })
  }
}

/**
 * How often `crypto.subtle.verify` is called while something runs.
 *
 * @param {() => unknown} run
 */
export async function countSubtleVerify(run) {
  const { subtle } = globalThis.crypto
  const { verify } = subtle
  let calls = 0
  subtle.verify = (...args) => {
    calls++
    return verify.apply(subtle, args)
  }
  try {
    await run()
  } finally {
    // The spy was an own property, but the method belongs to the prototype.
    delete subtle.verify
  }
  return calls
}
