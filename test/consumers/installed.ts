/** Packs the package and installs it into an empty project, once for all tests. */

import { cp, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { packLibrary, runNpm } from '../support/package.js'
import { compilers } from './matrix.js'

declare module 'vitest' {
  interface ProvidedContext {
    /** The tarball in its published form. */
    tarball: string
    /**
     * A folder with the package in its node_modules. Folders in it are projects that have the package installed, with
     * a version of Node's types if they are in `types-node…`.
     */
    workspace: string
  }
}

const PACKAGES = join(import.meta.dirname, 'node_modules')

/** Puts Node's types where npm would. Where the compiler finds them decides how it names them. */
async function addNodeTypes(workspace: string, nodeTypes: string): Promise<void> {
  const modules = join(workspace, nodeTypes, 'node_modules')
  const types = join(PACKAGES, nodeTypes)
  const undici = createRequire(join(types, 'package.json')).resolve('undici-types/package.json')
  await cp(types, join(modules, '@types/node'), { recursive: true })
  await cp(dirname(undici), join(modules, 'undici-types'), { recursive: true })
}

export async function setup({ provide }: TestProject): Promise<() => Promise<void>> {
  // Bundlers and compilers identify files by their real paths.
  const workspace = await realpath(await mkdtemp(join(tmpdir(), 'truedy-webhooks-consumers-')))
  const tarball = await packLibrary(workspace)
  await writeFile(join(workspace, 'package.json'), '{ "private": true }')
  await runNpm(workspace, 'npm', 'install', '--no-audit', '--no-fund', tarball)
  const nodeTypes = new Set(Object.values(compilers).map((compiler) => compiler.nodeTypes))
  await Promise.all([...nodeTypes].map((name) => addNodeTypes(workspace, name)))
  provide('tarball', tarball)
  provide('workspace', workspace)
  return () => rm(workspace, { recursive: true, force: true })
}
