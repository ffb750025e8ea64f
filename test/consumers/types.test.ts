/** In the projects that people have, the package type-checks and the compiled program runs. */

import { execFile } from 'node:child_process'
import { cp, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, inject, it } from 'vitest'
import {
  allProjects,
  compilers,
  environments,
  type Project,
  pairsOf,
  pairwise,
  settingsOf,
  strictness,
  titleOf,
} from './matrix.js'

const run = promisify(execFile)
const PROGRAMS = join(import.meta.dirname, 'programs')
const PACKAGES = join(import.meta.dirname, 'node_modules')
const workspace = inject('workspace')
const projects = pairwise(allProjects)

/** What the program prints if everything works. */
const OUTCOME = {
  subject: 'string',
  call: 'string',
  state: 'ended',
  secretIndex: 0,
  twins: 'call.ended',
  status: 204,
  processed: true,
  diagnosis: 'body_newline_added',
  sorted: '{"a": [], "b": 1}',
  duplicate: false,
  codes: [
    'signature_mismatch',
    'signature_mismatch',
    'invalid_secret',
    'invalid_options',
    'invalid_options',
    'invalid_options',
  ],
  storeCases: true,
}

/** The programs of a project, the one to run first. */
function programsOf({ modules, environment }: Project): string[] {
  const { type, extension, keepsSyntax } = settingsOf(modules)
  const { dom, node } = environments[environment]
  const isCommonjs = extension === '.cts' || (extension === '.ts' && type === 'commonjs')
  const programs = keepsSyntax ? ['required.cts', 'consumer.ts'] : ['consumer.ts']
  if (dom || node) programs.push('fetch-types.ts')
  if (node) programs.push('node-types.ts')
  if (isCommonjs) programs.push('required.cts')
  return programs
}

/** Compiler options as a user writes them, with nothing that would hide an error in our declarations. */
function optionsOf(project: Project): object {
  const { dom, node } = environments[project.environment]
  const { options } = settingsOf(project.modules)
  return {
    ...options,
    ...strictness[project.strictness],
    target: 'es2022',
    lib: dom ? ['es2022', 'dom', 'dom.iterable'] : ['es2022'],
    types: node ? ['node'] : [],
    skipLibCheck: false,
    // Skips only the compiler's own declarations: we add nothing to them, and they take most of the time.
    skipDefaultLibCheck: true,
    // A project that emits declarations must be able to name every type that it gets from us. Before 5.4, the compiler
    // does not find the name of what a package declares in one file and exports from another.
    declaration: compilers[project.compiler].version >= 5.4,
    rootDir: '.',
    outDir: 'out',
    ...(options['moduleResolution'] === 'node10' &&
      project.compiler === 'typescript6' && { ignoreDeprecations: '6.0' }),
  }
}

/** Writes the project, and returns its folder and the program to run after compiling. */
async function writeProject(project: Project): Promise<{ folder: string; main: string }> {
  const { nodeTypes } = compilers[project.compiler]
  const parent = environments[project.environment].node ? join(workspace, nodeTypes) : workspace
  const folder = join(parent, titleOf(project).replace(/[^\w.]+/g, '-'))
  const { type, extension } = settingsOf(project.modules)
  const files = programsOf(project).map((program) => ({
    program,
    file: program.replace(/\.ts$/, extension),
  }))
  await mkdir(folder)
  await Promise.all([
    ...files.map(({ program, file }) => cp(join(PROGRAMS, program), join(folder, file))),
    writeFile(join(folder, 'package.json'), JSON.stringify({ private: true, type })),
    writeFile(
      join(folder, 'tsconfig.json'),
      JSON.stringify({ compilerOptions: optionsOf(project), files: files.map(({ file }) => file) }),
    ),
  ])
  const main = (files[0]?.file ?? '').replace(/ts$/, 'js')
  return { folder, main: join(folder, 'out', main) }
}

/** The output of the compiler, empty if there is no error. */
async function compile(project: Project, folder: string): Promise<string> {
  const tsc = join(PACKAGES, project.compiler, 'bin/tsc')
  return run(process.execPath, [tsc, '-p', folder, '--pretty', 'false'], { cwd: folder }).then(
    ({ stdout }) => stdout,
    ({ stdout, stderr }: { stdout: string; stderr: string }) => stdout + stderr,
  )
}

describe('the matrix', () => {
  it('contains each possible pair of values', () => {
    const covered = new Set(projects.flatMap(pairsOf))
    expect(allProjects.flatMap(pairsOf).filter((pair) => !covered.has(pair))).toEqual([])
    expect(projects.length).toBeLessThan(allProjects.length / 4)
  })
})

describe('a project type-checks and runs', () => {
  it.concurrent.for(projects.map((project) => [titleOf(project), project] as const))(
    '%s',
    async ([, project], { expect }) => {
      const { folder, main } = await writeProject(project)
      expect(await compile(project, folder)).toBe('')
      const { stdout } = await run(process.execPath, [main])
      const isRequired = settingsOf(project.modules).keepsSyntax
      expect(JSON.parse(stdout)).toEqual(isRequired ? ['call.ended', 'call.ended', 3] : OUTCOME)
    },
  )
})
