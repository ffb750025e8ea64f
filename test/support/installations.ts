/**
 * Installations that several test files share: npm runs once for each program, whichever file needs it first. A vitest `globalSetup`
 * makes their folder.
 */

import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { cp, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'

/** Where the workers find the folder. */
const VARIABLE = 'TRUEDY_WEBHOOKS_INSTALLATIONS'

/** Longer than any installation takes. */
const TIMEOUT_MS = 300_000

/** For vitest, which calls it once for each of its projects. */
export async function setup(): Promise<void> {
  process.env[VARIABLE] ??= await mkdtemp(join(tmpdir(), 'truedy-webhooks-installations-'))
}

/** For vitest, at its end. */
export async function teardown(): Promise<void> {
  const folder = process.env[VARIABLE]
  if (folder !== undefined) await rm(folder, { recursive: true, force: true })
}

/**
 * Fills an empty folder with an installed program.
 *
 * @param source - the folder of the program
 * @param copy - the empty folder
 * @param install - copies the program into a folder and installs it there
 */
export async function copyInstallation(
  source: string,
  copy: string,
  install: (folder: string) => Promise<void>,
): Promise<void> {
  const shared = process.env[VARIABLE]
  if (shared === undefined) return install(copy)
  const kept = join(shared, basename(source))
  const state = (name: 'done' | 'failed') => join(shared, `${basename(source)}.${name}`)
  // Creating the folder decides who installs: it fails for everybody else.
  const isFirst = await mkdir(kept).then(
    () => true,
    () => false,
  )
  if (isFirst) {
    try {
      await install(kept)
    } catch (error) {
      await writeFile(state('failed'), String(error))
      throw error
    }
    await writeFile(state('done'), '')
  }
  const deadline = Date.now() + TIMEOUT_MS
  while (!existsSync(state('done'))) {
    if (existsSync(state('failed')) || Date.now() > deadline) {
      throw new Error(`The installation of ${source} has failed in another test file.`)
    }
    await delay(100)
  }
  await copyInstalled(kept, copy)
}

/** The packages as hard links, because nobody changes their files; everything else as copies, which tests change. */
async function copyInstalled(kept: string, copy: string): Promise<void> {
  for (const name of await readdir(kept)) {
    const [from, to] = [join(kept, name), join(copy, name)]
    if (name === 'node_modules') await promisify(execFile)('cp', ['-al', from, to])
    else await cp(from, to, { recursive: true })
  }
}
