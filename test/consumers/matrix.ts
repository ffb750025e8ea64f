/** All projects in which the package must type-check, and a selection that is enough. */

/** A project: one value for each way in which projects differ. */
export interface Project {
  readonly compiler: Compiler
  readonly modules: Modules
  readonly strictness: Strictness
  readonly environment: Environment
}

export type Compiler = keyof typeof compilers
export type Modules = keyof typeof modules
export type Strictness = keyof typeof strictness
export type Environment = keyof typeof environments

/** The versions of TypeScript, by their names in package.json, each with Node's types of its time. */
export const compilers = {
  typescript50: { label: 'TypeScript 5.0', version: 5.0, nodeTypes: 'types-node20' },
  typescript54: { label: 'TypeScript 5.4', version: 5.4, nodeTypes: 'types-node20' },
  typescript59: { label: 'TypeScript 5.9', version: 5.9, nodeTypes: 'types-node26' },
  typescript6: { label: 'TypeScript 6', version: 6.0, nodeTypes: 'types-node26' },
  typescript7: { label: 'TypeScript 7', version: 7.0, nodeTypes: 'types-node26' },
} as const

interface ModuleSettings {
  readonly options: Readonly<Record<string, string>>
  /** The extension of the program. A `.ts` file is a module if the `type` in package.json says so. */
  readonly extension: '.mts' | '.cts' | '.ts'
  readonly type: 'module' | 'commonjs'
  /** The versions of TypeScript that know the settings. */
  readonly since?: number
  readonly until?: number
  /**
   * True if the syntax is kept as it is, so that CommonJS needs TypeScript's own form of `require`, in a separate
   * file.
   */
  readonly keepsSyntax?: boolean
}

/** How modules are resolved, and what they are compiled to. */
export const modules = {
  'node10 to ESM': {
    options: { module: 'esnext', moduleResolution: 'node10' },
    extension: '.ts',
    type: 'module',
    until: 6.0,
  },
  'node10 to CommonJS': {
    options: { module: 'commonjs', moduleResolution: 'node10' },
    extension: '.ts',
    type: 'commonjs',
    until: 6.0,
  },
  'node16 in .mts': {
    options: { module: 'node16', moduleResolution: 'node16' },
    extension: '.mts',
    type: 'commonjs',
  },
  'node16 in .cts': {
    options: { module: 'node16', moduleResolution: 'node16' },
    extension: '.cts',
    type: 'module',
  },
  'nodenext in .mts': {
    options: { module: 'nodenext', moduleResolution: 'nodenext' },
    extension: '.mts',
    type: 'commonjs',
  },
  'nodenext in .cts': {
    options: { module: 'nodenext', moduleResolution: 'nodenext' },
    extension: '.cts',
    type: 'module',
  },
  'bundler to ESM': {
    options: { module: 'esnext', moduleResolution: 'bundler' },
    extension: '.ts',
    type: 'module',
  },
  'bundler to CommonJS': {
    options: { module: 'commonjs', moduleResolution: 'bundler' },
    extension: '.ts',
    type: 'commonjs',
    since: 6.0,
  },
  'bundler, require kept': {
    options: { module: 'preserve', moduleResolution: 'bundler' },
    extension: '.mts',
    type: 'module',
    since: 5.4,
    keepsSyntax: true,
  },
} as const satisfies Record<string, ModuleSettings>

export const settingsOf = (name: Modules): ModuleSettings => modules[name]

export const strictness = {
  strict: {
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    noPropertyAccessFromIndexSignature: true,
  },
  loose: { strict: false },
} as const

/** The types of the environment that a project has. */
export const environments = {
  'without DOM and Node': { dom: false, node: false },
  'with DOM': { dom: true, node: false },
  'with Node': { dom: false, node: true },
  'with DOM and Node': { dom: true, node: true },
} as const

const keysOf = <Name extends string>(record: Readonly<Record<Name, unknown>>) => Object.keys(record) as Name[]

/** All possible projects. */
export const allProjects: readonly Project[] = keysOf(compilers).flatMap((compiler) =>
  keysOf(modules)
    .filter((name) => {
      const { since = 0, until = Number.POSITIVE_INFINITY } = settingsOf(name)
      return compilers[compiler].version >= since && compilers[compiler].version <= until
    })
    .flatMap((name) =>
      keysOf(strictness).flatMap((strictness) =>
        keysOf(environments).map((environment) => ({ compiler, modules: name, strictness, environment })),
      ),
    ),
)

/** The pairs of values in a project. */
export function pairsOf(project: Project): string[] {
  const values = Object.values(project)
  return values.flatMap((one, index) => values.slice(index + 1).map((other) => `${one} + ${other}`))
}

/** A few projects in which each possible pair of values occurs. Always adds the one with the most new pairs. */
export function pairwise(projects: readonly Project[]): Project[] {
  const open = new Set(projects.flatMap(pairsOf))
  const chosen: Project[] = []
  const newPairs = (project: Project) => pairsOf(project).filter((pair) => open.has(pair)).length
  while (open.size > 0) {
    const next = projects.reduce((best, project) => (newPairs(project) > newPairs(best) ? project : best))
    chosen.push(next)
    for (const pair of pairsOf(next)) open.delete(pair)
  }
  return chosen
}

export function titleOf({ compiler, modules, strictness, environment }: Project): string {
  return `${compilers[compiler].label}, ${modules}, ${strictness}, ${environment}`
}
