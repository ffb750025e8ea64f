/**
 * The imports that are allowed in `src`: a folder may use only folders to its left, and files at the root use no
 * folder. See src/README.md.
 */

/** From left to right. Folders of one group do not use each other. A new folder needs a place here. */
export const GROUPS = [
  ['events'],
  ['verify', 'dedupe'],
  ['stores'],
  ['receive'],
  ['queues', 'state', 'testing', 'diagnose', 'otel'],
  ['cli'],
]

const FOLDERS = GROUPS.flat()
const ENTRIES = '^src/(index|node)\\.ts$'
const ROOT_FILES = '^src/[^/]+$'

const inside = (folders) => `^src/(${folders.join('|')})/`

/** All folders that a folder of a group may use, besides itself. */
const leftOf = (group) => GROUPS.slice(0, GROUPS.indexOf(group)).flat()

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    {
      name: 'no-circle',
      comment: 'Two modules that need each other are one, or share a third. Types count.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    ...GROUPS.flatMap((group) =>
      group.map((folder) => ({
        name: `${folder}-uses-only-its-left`,
        comment: `${folder}/ may use ${[...leftOf(group), 'the files at the root of src'].join(', ')}.`,
        severity: 'error',
        from: { path: inside([folder]) },
        to: { path: '^src/', pathNot: [inside([folder, ...leftOf(group)]), ROOT_FILES] },
      })),
    ),
    {
      name: 'root-uses-no-folder',
      comment: 'The files at the root of src are parts that anyone may use, and use nothing but each other.',
      severity: 'error',
      from: { path: ROOT_FILES, pathNot: ENTRIES },
      to: { path: '^src/.+/' },
    },
    {
      name: 'entries-are-not-imported',
      comment: 'An entry only exports: import from where a thing is.',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: ENTRIES },
    },
    {
      name: 'folder-without-a-place',
      comment: 'Add the folder to GROUPS and to the rule in src/README.md.',
      severity: 'error',
      from: { path: '^src/.+/', pathNot: inside(FOLDERS) },
      to: {},
    },
    {
      name: 'a-dependency',
      comment: 'None at run time, ever.',
      severity: 'error',
      from: { path: '^src/' },
      to: { dependencyTypes: ['npm', 'npm-dev', 'npm-optional', 'npm-peer', 'npm-no-pkg', 'npm-unknown'] },
    },
    {
      name: 'node-outside-of-its-place',
      comment: 'Everything runs everywhere, but for /node and the command line.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(cli/|verify/verify-sync\\.ts$)' },
      to: { dependencyTypes: ['core'], dependencyTypesNot: ['type-only', 'type-import'] },
    },
    {
      name: 'nobody-needs-it',
      severity: 'error',
      from: { orphan: true, path: '^src/', pathNot: '\\.d\\.ts$' },
      to: {},
    },
    {
      name: 'cannot-be-found',
      severity: 'error',
      from: { path: '^src/' },
      to: { couldNotResolve: true },
    },
  ],
  options: {
    tsPreCompilationDeps: 'specify',
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'types'] },
  },
}
