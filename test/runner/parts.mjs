/** The parts of the tests. A new part is a folder with a `vitest.config.ts`, and a line here. */

import { join } from 'node:path'

export const ROOT = join(import.meta.dirname, '../..')

/** Clients of servers, and runtimes, that several parts use. They are large, and one of them is compiled. */
const SHARED = 'test'

/**
 * @typedef {object} Part
 * @property {'code' | 'types'} [build] what it uses of `dist`: the code only, or the declarations too
 * @property {readonly string[]} [install] the folders whose packages it uses
 * @property {readonly string[]} [commands] what to run, if that is not vitest
 * @property {boolean} [hasFull] whether it has a short version and a full one
 * @property {boolean} [onRequest] whether `all` skips it
 */

/**
 * In the order of `all`: quick parts first, so that a mistake shows early.
 *
 * @type {Readonly<Record<string, Part>>}
 */
export const parts = {
  structure: { install: ['test/structure'] },
  package: { build: 'types' },
  size: { build: 'code', commands: ['node test/size.mjs'] },
  demo: { build: 'code', commands: ['node examples/demo/demo.mjs'] },
  consumers: { build: 'types', install: ['test/consumers'] },
  readme: { build: 'types', install: [SHARED, 'test/readme'] },
  runtimes: { build: 'code', install: [SHARED, 'test/runtimes'] },
  tools: { build: 'code', install: ['test/tools'] },
  // The programs of the manuals compile against the declarations. `test/runtimes` has Node 22, which pg-boss 12 needs.
  queues: { build: 'types', install: [SHARED, 'test/queues', 'test/runtimes'], hasFull: true },
  otel: { install: ['test/otel'] },
  // `test/runtimes` has Node 22, on which some stores are tested.
  stores: { build: 'code', install: [SHARED, 'test/stores', 'test/runtimes'] },
  examples: { build: 'types', install: ['test/examples'], hasFull: true },
  // `test/runtimes` has the versions of Node, and Deno.
  hosts: { build: 'types', install: ['test/hosts', 'test/runtimes'], hasFull: true },
  faults: { build: 'code', install: [SHARED] },
  fuzz: { build: 'code', hasFull: true },
  timing: { build: 'code', hasFull: true },
  load: { build: 'code', hasFull: true },

  types: {
    build: 'types',
    install: [
      SHARED,
      'test/consumers',
      'test/examples',
      'test/hosts',
      'test/otel',
      'test/queues',
      'test/runtimes',
      'test/stores',
      'test/structure',
      'test/tools',
    ],
    commands: ['.', 'test', 'test/consumers', 'test/examples', 'test/hosts', 'test/runtimes'].map(
      (folder) => `tsc -p ${folder}`,
    ),
    onRequest: true,
  },
  docs: {
    install: ['test/structure'],
    commands: ['typedoc --options test/structure/typedoc.config.mjs'],
    onRequest: true,
  },
  pictures: { build: 'code', commands: ['node test/pictures/draw.mjs'], onRequest: true },
  bench: { build: 'code', install: ['test/bench'], commands: ['node test/bench/bench.mjs'], onRequest: true },
  'bench:stores': {
    build: 'code',
    install: [SHARED, 'test/stores'],
    commands: ['tsx test/stores/bench/bench.ts'],
    onRequest: true,
  },
  'bench:queues': {
    build: 'code',
    install: [SHARED, 'test/queues'],
    commands: ['tsx test/queues/bench/bench.ts'],
    onRequest: true,
  },
  mutation: {
    install: ['test/mutation'],
    commands: ['node test/mutation/run.mjs'],
    onRequest: true,
  },
}
