/**
 * Builds and installs what a part needs if it has changed. Compares contents, because a checkout changes the times of
 * files.
 */

import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { ROOT } from './parts.mjs'

/** The sources, and the versions of the compilers. */
const BUILD_INPUTS = ['src', 'tsup.config.ts', 'tsconfig.json', 'package.json', 'package-lock.json']
/** Outside `dist`, because everything in `dist` is published. */
const BUILD_RECORD = 'node_modules/.cache/truedy-webhooks/build.json'

/**
 * Builds `dist` unless it already is what these sources give.
 *
 * @param {'code' | 'types'} what - `code` leaves out the declarations, which take most of the time
 */
export async function build(what) {
  const inputs = hash(BUILD_INPUTS)
  const last = readRecord(BUILD_RECORD)
  const isEnough = last.what === what || last.what === 'types'
  if (isEnough && last.inputs === inputs && last.outputs === hash(['dist'])) return
  await run(`npm run --silent build${what === 'code' ? ' -- --no-dts' : ''}`)
  writeRecord(BUILD_RECORD, { what, inputs, outputs: hash(['dist']) })
}

/**
 * Installs the packages of folders, two at a time, unless they are already what the lockfile says.
 *
 * @param {readonly string[]} folders
 */
export async function install(folders) {
  const waiting = [...folders]
  const installAll = async () => {
    while (waiting.length > 0) await installOne(waiting.shift())
  }
  await Promise.all([installAll(), installAll()])
}

async function installOne(folder) {
  const inputs = hash([`${folder}/package.json`, `${folder}/package-lock.json`])
  // Some packages are compiled for one version of Node.
  const target = `${process.platform} ${process.arch} ${process.versions.modules}`
  // `npm ci` removes the record first, so an interrupted installation doesn't count.
  const record = `${folder}/node_modules/.installed.json`
  const last = readRecord(record)
  if (last.inputs === inputs && last.target === target) return
  await run(`npm ci --silent --prefer-offline --prefix ${folder}`)
  writeRecord(record, { inputs, target })
}

async function run(command) {
  const began = performance.now()
  const child = spawn(command, { cwd: ROOT, shell: true, stdio: ['ignore', 'inherit', 'inherit'] })
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(`Command failed: ${command}`)
  console.log(`${command}: ${((performance.now() - began) / 1000).toFixed(0)} s`)
}

/** A digest of the names and contents of files and folders. A missing one counts as an empty folder. */
function hash(paths) {
  const digest = createHash('sha256')
  for (const file of paths.flatMap(filesIn).sort()) {
    digest.update(`${file}\0`).update(
      createHash('sha256')
        .update(readFileSync(join(ROOT, file)))
        .digest(),
    )
  }
  return digest.digest('hex')
}

function filesIn(path) {
  const stats = statSync(join(ROOT, path), { throwIfNoEntry: false })
  if (stats?.isFile()) return [path]
  if (!stats) return []
  return readdirSync(join(ROOT, path)).flatMap((name) => filesIn(`${path}/${name}`))
}

/** What the last build or installation wrote, or an empty object. */
function readRecord(file) {
  return existsSync(join(ROOT, file)) ? JSON.parse(readFileSync(join(ROOT, file), 'utf8')) : {}
}

function writeRecord(file, record) {
  mkdirSync(dirname(join(ROOT, file)), { recursive: true })
  writeFileSync(join(ROOT, file), JSON.stringify(record))
}
