/**
 * Imports in src go one way: delivery → hmac → verify → parse → dedupe → receiver → handlers, and nothing looks back.
 * Each layer may use those before it, and what has no layer (small parts that everything may use).
 */

/** Layers, in order; each is a pattern of files in src. */
const LAYERS = [
  'delivery',
  'hmac',
  'parse',
  'verify(-sync)?',
  'dedupe(-key)?|lease',
  'receiver(-options)?',
  '(node-)?handler',
]

/** Files in src and outside of the core. */
const OUTER = '^src/(cli|diagnose|testing)/'

const layer = (pattern) => `^src/(${pattern})\\.ts$`

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    {
      name: 'no-circle',
      comment: 'Two modules that need each other are one, or share a third.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    ...LAYERS.slice(0, -1).map((pattern, index) => ({
      name: `${pattern.replace(/\W.*/, '')}-looks-back`,
      comment: 'The data flows forward: what is later uses what is earlier.',
      severity: 'error',
      from: { path: layer(pattern) },
      to: { path: layer(LAYERS.slice(index + 1).join('|')) },
    })),
    {
      name: 'core-uses-tools',
      comment: 'What a receiver needs does not need the tools.',
      severity: 'error',
      from: { path: '^src/', pathNot: OUTER },
      to: { path: OUTER },
    },
    {
      name: 'verifying-uses-diagnosis',
      comment: 'The diagnosis knows ways to accept a body that was never signed.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(cli|diagnose)/' },
      to: { path: '^src/diagnose/' },
    },
    {
      name: 'library-uses-cli',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/cli/' },
      to: { path: '^src/cli/' },
    },
    {
      name: 'stores-use-handlers',
      comment: 'A store knows of keys and leases, and of nothing that is done with them.',
      severity: 'error',
      from: { path: '^src/stores/' },
      to: { path: layer(LAYERS.join('|')) },
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
      from: { path: '^src/', pathNot: '^src/(cli/|node\\.ts|node-handler\\.ts|verify-sync\\.ts)' },
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
