/** Packs the package, once for all hosts. */

import { mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { packLibrary } from '../support/package.js'

declare module 'vitest' {
  interface ProvidedContext {
    /** The tarball in its published form. */
    packed: string
    /** A folder for the installed copies of the hosts. */
    hostsFolder: string
  }
}

export async function setup({ provide }: TestProject): Promise<() => Promise<void>> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'truedy-webhooks-hosts-')))
  provide('packed', await packLibrary(folder))
  provide('hostsFolder', folder)
  return () => rm(folder, { recursive: true, force: true })
}
