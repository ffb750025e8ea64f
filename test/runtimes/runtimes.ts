/** The runtimes, and how each runs all cases with the installed package. */

import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { EdgeRuntime } from 'edge-runtime'
import { build } from 'esbuild'
import { Miniflare } from 'miniflare'
import { chromium } from 'playwright-core'
import { chromiumOptions } from '../support/chromium.js'

/** The result of a runtime. */
export interface Outcome {
  /** How the package computed its HMAC. */
  readonly hmac: string
  readonly results: readonly Result[]
  /** The results of the synchronous twins, in a runtime that has `node:crypto`. */
  readonly sync?: readonly Result[]
}

interface Result {
  readonly name: string
  readonly error: string | null
}

/** @param project - a folder with `cases/`, `runners/` and the package installed */
export type Run = (project: string, file?: string) => Promise<Outcome>

const exec = promisify(execFile)
const ours = (path: string) => join(import.meta.dirname, 'node_modules', path)
/** Packages that other parts use, too. */
const shared = (path: string) => join(import.meta.dirname, '../node_modules', path)

export const runtimes: Readonly<Record<string, Run>> = {
  'Node 20.0': onOldestNode,
  'Node 20': onNode(process.execPath),
  'Node 22': onNode(ours('node22/bin/node')),
  'Node 24': onNode(ours('node24/bin/node')),
  'Node 26': onNode(ours('node26/bin/node')),
  Bun: program(shared('bun/bin/bun.exe')),
  Deno: program(ours('deno/deno'), 'run', '--no-remote', '--allow-read', '--allow-env', '--quiet'),
  'workerd (Cloudflare Workers)': onWorkerd([]),
  'workerd with nodejs_compat': onWorkerd(['nodejs_compat']),
  'edge-runtime (Vercel Edge)': onEdgeRuntime,
  'Chromium (browser)': onChromium,
}

function onNode(path: string): Run {
  // Node 20 prints a warning for an import of JSON.
  return program(path, '--disable-warning=ExperimentalWarning')
}

/** The oldest supported release. It has neither one-shot hashes nor today's syntax for importing JSON. */
async function onOldestNode(project: string): Promise<Outcome> {
  const file = join(project, 'print-bundled.js')
  await writeFile(file, await bundle(project, 'print.js', 'esm'))
  return program(ours('node20.0/bin/node'))(project, file)
}

function program(path: string, ...args: string[]): Run {
  return async (project, file = join(project, 'runners/print.js')) => {
    const { stdout } = await exec(path, [...args, file], { cwd: project })
    return JSON.parse(stdout) as Outcome
  }
}

/** The cases as one script, for runtimes that do not resolve packages themselves. */
async function bundle(project: string, runner: string, format: 'esm' | 'iife'): Promise<string> {
  const { outputFiles, warnings } = await build({
    entryPoints: [join(project, 'runners', runner)],
    bundle: true,
    format,
    platform: 'neutral',
    external: ['node:*'],
    mainFields: ['module', 'main'],
    target: 'es2022',
    write: false,
  })
  if (warnings.length > 0) throw new Error(`The bundler warns: ${JSON.stringify(warnings)}`)
  return outputFiles[0]?.text ?? ''
}

function onWorkerd(compatibilityFlags: string[]): Run {
  return async (project) => {
    const worker = new Miniflare({
      modules: true,
      script: await bundle(project, 'worker.js', 'esm'),
      compatibilityDate: '2026-01-01',
      compatibilityFlags,
      cf: false,
    })
    try {
      const response = await worker.dispatchFetch('http://localhost/')
      return (await response.json()) as Outcome
    } finally {
      await worker.dispose()
    }
  }
}

async function onEdgeRuntime(project: string): Promise<Outcome> {
  const vm = new EdgeRuntime()
  vm.evaluate(await bundle(project, 'page.js', 'iife'))
  // Objects of another realm become ours through JSON.
  const text = await vm.evaluate<Promise<string>>('outcome.then(JSON.stringify)')
  return JSON.parse(text) as Outcome
}

async function onChromium(project: string): Promise<Outcome> {
  const options = chromiumOptions()
  const script = await bundle(project, 'page.js', 'iife')
  // WebCrypto needs a secure context. A loopback address is one.
  const server = createServer((request, response) => {
    const isScript = request.url === '/script.js'
    response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html')
    response.end(
      isScript ? script : '<!doctype html><meta charset="utf-8"><script src="/script.js"></script>',
    )
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const browser = await chromium.launch(options)
  try {
    const page = await browser.newPage()
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
    return await page.evaluate('outcome')
  } finally {
    await browser.close()
    server.close()
    server.closeAllConnections()
  }
}
