/** Runs one part: prepares what it needs, shows its output and counts its tests. */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { delimiter, join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { parts, ROOT } from './parts.mjs'
import { build, install } from './prepare.mjs'

/**
 * @typedef {object} Result
 * @property {string} name
 * @property {boolean} hasPassed
 * @property {number} passed the tests that passed
 * @property {number} failed the tests that failed; 1 if something other than a test did
 * @property {number} seconds
 *
 * @param {string} name
 * @param {{ isFull: boolean, args: readonly string[] }} options - `args` are added to the part's last command
 * @returns {Promise<Result>}
 */
export async function runPart(name, { isFull, args }) {
  const part = parts[name]
  const began = performance.now()
  const output = []
  let hasPassed = false
  try {
    await prepare(part)
    hasPassed = await runCommands(commandsOf(name, args), environment(part, isFull), output)
  } catch (error) {
    console.error(`Can't prepare ${name}. ${error.message}`)
  }
  const count = countTests(output.join(''))
  return {
    name: part.hasFull ? `${name} (${isFull ? 'full' : 'short'})` : name,
    hasPassed,
    passed: count.passed,
    failed: hasPassed ? 0 : Math.max(count.failed, 1),
    seconds: (performance.now() - began) / 1000,
  }
}

async function prepare({ build: what, install: folders = [] }) {
  await Promise.all([what && build(what), install(folders)])
}

/** The arguments of `spawn` for each command of a part. */
function commandsOf(name, args) {
  const { commands } = parts[name]
  if (!commands) {
    const config = `test/${name}/vitest.config.ts`
    return [[process.execPath, ['node_modules/vitest/vitest.mjs', 'run', '--config', config, ...args]]]
  }
  const quoted = args.map((arg) => `'${arg.replaceAll("'", "'\\''")}'`)
  return commands.map((command, index) => {
    const isLast = index === commands.length - 1
    return [isLast ? [command, ...quoted].join(' ') : command, [], { shell: true }]
  })
}

function environment({ install: folders = [] }, isFull) {
  // The root comes first, because `tsc` must be its compiler, not one that `consumers` installs.
  const programs = ['.', ...folders].map((folder) => join(ROOT, folder, 'node_modules/.bin'))
  return {
    ...process.env,
    PATH: [...programs, process.env.PATH].join(delimiter),
    ...(isFull && { FULL: '1' }),
    // Programs print no colors to pipes otherwise.
    ...(process.stdout.isTTY && { FORCE_COLOR: '1' }),
  }
}

/** Runs commands until one fails. */
async function runCommands(commands, env, output) {
  for (const [file, args, options] of commands) {
    const child = spawn(file, args, { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'pipe'], ...options })
    child.stdout.setEncoding('utf8').on('data', (text) => {
      process.stdout.write(text)
      output.push(text)
    })
    child.stderr.pipe(process.stderr, { end: false })
    const [code] = await once(child, 'close')
    if (code !== 0) return false
  }
  return true
}

/** The sums of vitest's summaries, such as "Tests  1 failed | 30 passed (31)". */
function countTests(output) {
  const summaries = stripVTControlCharacters(output).match(/^ *Tests .*$/gm) ?? []
  const sum = (word) =>
    summaries.reduce((total, line) => total + Number(line.match(`(\\d+) ${word}`)?.[1] ?? 0), 0)
  return { passed: sum('passed'), failed: sum('failed') }
}
