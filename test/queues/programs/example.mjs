/** The code of the examples whose engines have no adapter. */

import { copyFile, mkdir, readdir, readFile, rm } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'

const SOURCE = new URL('../../../examples/', import.meta.url)
/** Node looks for packages in the folders above a file, so copies in this folder use the packages of this part. */
const COPIES = new URL('../node_modules/.examples/', import.meta.url)

/** For vitest, which calls it once, before any test. */
export async function setup() {
  for (const name of ['queue-nats', 'queue-rabbitmq']) {
    const [from, to] = [new URL(`${name}/`, SOURCE), new URL(`${name}/`, COPIES)]
    await rm(to, { recursive: true, force: true })
    await mkdir(to, { recursive: true })
    for (const file of await readdir(from)) {
      if (/\.js(on)?$/.test(file)) await copyFile(new URL(file, from), new URL(file, to))
    }
    await checkVersions(name, new URL('package.json', from))
  }
}

/**
 * @param {string} name
 * @param {URL} file
 */
async function checkVersions(name, file) {
  const { 'truedy-webhooks': _, ...wanted } = (await readJson(file)).dependencies
  const { devDependencies } = await readJson(new URL('../package.json', import.meta.url))
  for (const [dependency, version] of Object.entries(wanted)) {
    if (devDependencies[dependency] === version) continue
    throw new Error(
      `examples/${name} uses ${dependency} ${version}. Put the same version into test/queues/package.json.`,
    )
  }
}

const readJson = async (/** @type {URL} */ file) => JSON.parse(await readFile(file, 'utf8'))

/**
 * Imports a module of an example.
 *
 * @param {string} file - the folder of the example, and the file in it
 */
export function importExample(file) {
  // vitest would transform the file if it was given a URL that it can see through.
  return import(fileURLToPath(new URL(file, COPIES)))
}

/**
 * Returns the engine of an example.
 *
 * @param {string} folder - its folder in `examples`
 * @param {string} variable - the environment variable from which the example reads the URL of the server
 * @returns {import('./engine.js').EngineProgram}
 */
export function exampleEngine(folder, variable) {
  return {
    async openQueue(url) {
      process.env[variable] = url
      const { openQueue } = await importExample(`${folder}/publisher.js`)
      return openQueue()
    },

    async startWorker(url, work) {
      // The example prints what fails, which is part of the tests.
      console.error = () => {}
      process.env[variable] = url
      const { startConsumer } = await importExample(`${folder}/consumer.js`)
      return startConsumer(work)
    },
  }
}
