/** The start time of a program that only loads the library, beside an empty program and the peers. */

import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { fileURLToPath } from 'node:url'
import { median } from './measure.mjs'

const ROUNDS = 41
const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const OURS = 'truedy-webhooks'
const PACKAGES = [OURS, 'standardwebhooks', 'svix', 'stripe']

/** Each kind of program: the ending of its file, and the statement that loads a package. */
const KINDS = {
  require: { ending: 'cjs', load: (name) => `require('${name}')` },
  import: { ending: 'mjs', load: (name) => `import '${name}'` },
}

/**
 * The median of the ratios of a program that loads a package to an empty one of the same kind, started in turn.
 *
 * @returns {{ name: string, require: number, import: number }[]} one for each package, ours first
 */
export function measureColdStart() {
  const folder = mkdtempSync(join(tmpdir(), 'truedy-webhooks-start-'))
  try {
    mkdirSync(join(folder, 'node_modules'))
    for (const name of PACKAGES) {
      const target = name === OURS ? ROOT : join(import.meta.dirname, 'node_modules', name)
      symlinkSync(target, join(folder, 'node_modules', name), 'dir')
    }
    const programs = Object.entries(KINDS).map(([kind, { ending, load }]) => {
      const write = (file, text) => {
        const path = join(folder, `${file}.${ending}`)
        writeFileSync(path, text)
        return path
      }
      return {
        kind,
        empty: write('empty', ''),
        loading: PACKAGES.map((name, index) => write(`loading-${index}`, load(name))),
      }
    })
    return measurePrograms(programs)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function measurePrograms(programs) {
  const ratios = new Map()
  for (let round = -1; round < ROUNDS; round++) {
    for (const { kind, empty, loading } of programs) {
      for (const [index, path] of loading.entries()) {
        // Each gets its own empty program, so that a disturbance of the machine affects both.
        const ratio = startMs(path) / startMs(empty)
        const key = `${kind} ${PACKAGES[index]}`
        // The first round only warms the file system's cache.
        if (round >= 0) ratios.set(key, [...(ratios.get(key) ?? []), ratio])
      }
    }
  }
  return PACKAGES.map((name) => ({
    name,
    require: median(ratios.get(`require ${name}`)),
    import: median(ratios.get(`import ${name}`)),
  }))
}

function startMs(path) {
  const began = performance.now()
  const { status, stderr } = spawnSync(process.execPath, [path], { encoding: 'utf8' })
  const took = performance.now() - began
  if (status !== 0) throw new Error(`node ${path} exited with ${status}. ${stderr}`)
  return took
}
