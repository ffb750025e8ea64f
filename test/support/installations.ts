/**
 * Installations that several test files share: npm runs once for each program, for the first file that needs it. A
 * vitest `globalSetup` creates their folder.
 */

import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { cp, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'

/** The environment variable that tells the workers where the folder is. */
const VARIABLE = 'TRUEDY_WEBHOOKS_INSTALLATIONS'

/** Longer than any installation takes. */
const TIMEOUT_MS = 300_000

/** Vitest calls this once for each of its projects. */
export async function setup(): Promise<void> {
  process.env[VARIABLE] ??= await mkdtemp(join(tmpdir(), 'truedy-webhooks-installations-'))
}

/** Vitest calls this at its end. */
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
  // The process that creates this folder installs the program, because `mkdir` fails in all others.
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

/**
 * Copies packages as hard links, because nobody changes their files, and everything else as files, which tests may
 * change.
 */
async function copyInstalled(kept: string, copy: string): Promise<void> {
  for (const name of await readdir(kept)) {
    const [from, to] = [join(kept, name), join(copy, name)]
    if (name === 'node_modules') await promisify(execFile)('cp', ['-al', from, to])
    else await cp(from, to, { recursive: true })
  }
}
