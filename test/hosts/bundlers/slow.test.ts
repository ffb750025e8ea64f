/** Programs that bundlers put into one file, without the packages that they were made of. */

import { execFile } from 'node:child_process'
import { cp, mkdtemp } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, inject, it } from 'vitest'
import { buildExample, type Server, startServer } from '../../support/driver.js'
import { installHost, testEndpoint } from '../endpoint.js'

let directory: string
beforeAll(async () => {
  directory = await installHost('bundlers')
})

/** Builds a bundle, and copies it to an empty folder, which is returned. */
async function bundle(build: string, file: string): Promise<string> {
  await buildExample(directory, { build })
  const folder = await mkdtemp(join(inject('hostsFolder'), 'bundle-'))
  await cp(join(directory, file), join(folder, file))
  return folder
}

describe.each([
  [
    'esbuild, CommonJS',
    'esbuild server.js --bundle --platform=node --format=cjs --outfile=esbuild.cjs',
    'node',
  ],
  ['Bun for Node', 'bun build server.js --target=node --outfile=bun.mjs', 'node'],
  ['Bun for Node, CommonJS', 'bun build server.js --target=node --format=cjs --outfile=bun.cjs', 'node'],
  ['Bun for Bun, minified', 'bun build server.js --target=bun --minify --outfile=bun.js', 'bun'],
  ['Bun, an executable', 'bun build server.js --compile --outfile=server', ''],
])('%s', (_, build, runtime) => {
  const file = build.slice(build.indexOf('file=') + 'file='.length)
  let server: Server
  beforeAll(async () => {
    const folder = await bundle(`npx ${build}`, file)
    const program = runtime === 'bun' ? join(directory, 'node_modules/.bin/bun') : runtime
    server = await startServer(folder, { command: `exec ${program} ./${file}` })
    return () => server.stop()
  })

  testEndpoint(() => ({ server, url: server.url }))

  it('prints no runtime warning', () => expect(server.errorOutput()).not.toMatch(/Warning|node_modules/))
})

/** React Native's bundler, for a program that runs on Node. */
it.each(['', '--minify true'])(
  'a bundle of Metro %s verifies, processes once and rejects',
  async (options) => {
    const build = `npx metro build verify.js --config metro.config.cjs --reset-cache ${options} --out metro.js`
    const folder = await bundle(build, 'metro.js')
    const { stdout } = await promisify(execFile)(process.execPath, [join(folder, 'metro.js')])
    expect(stdout.trim().split('\n')).toEqual(['call.ended', '204', '204', '401'])
  },
)
