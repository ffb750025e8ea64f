/** The versions that the tests run, as the frameworks' manual lists them. */

import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const ROOT = join(import.meta.dirname, '../..')

/** A name, and the folders that run it, each with its package. */
type Tested = readonly [name: string, ...sources: readonly `${string}: ${string}`[]]

const GROUPS: Readonly<Record<string, readonly Tested[]>> = {
  Frameworks: [
    ['Express', 'examples/express-4: express', 'examples/express: express'],
    ['Fastify', 'examples/fastify: fastify'],
    ['Koa', 'examples/koa: koa'],
    ['Hono', 'examples/hono: hono'],
    ['NestJS', 'examples/nestjs: @nestjs/core'],
    ['Next.js', 'test/hosts/nextjs-15: next', 'test/hosts/nextjs-16: next'],
    ['SvelteKit', 'examples/sveltekit: @sveltejs/kit'],
    ['Astro', 'examples/astro: astro'],
    ['React Router', 'examples/react-router: react-router'],
    ['Nuxt', 'examples/nuxt: nuxt'],
    ['Elysia', 'examples/elysia: elysia'],
    ['h3', 'test/hosts/fetch-adapters: h3'],
    ['itty-router', 'test/hosts/workers: itty-router'],
    ['hapi', 'test/hosts/more-frameworks: @hapi/hapi'],
    ['restify', 'test/hosts/more-frameworks: restify'],
    ['Polka', 'test/hosts/more-frameworks: polka'],
    ['micro', 'test/hosts/more-frameworks: micro'],
    ['tinyhttp', 'test/hosts/more-frameworks: @tinyhttp/app'],
    ['FeathersJS', 'test/hosts/more-frameworks: @feathersjs/feathers'],
    ['Connect', 'test/hosts/more-frameworks: connect'],
    ['LoopBack', 'test/hosts/more-frameworks: @loopback/rest'],
    ['Sails', 'test/hosts/more-frameworks: sails'],
  ],
  'Runtimes and hosts': [
    [
      'Node',
      'test/runtimes: node20.0',
      'test/runtimes: node22',
      'test/runtimes: node24',
      'test/runtimes: node26',
    ],
    ['Bun', 'examples/bun-serve: bun'],
    ['Deno', 'examples/deno-serve: deno'],
    ['Wrangler', 'test/hosts/workers: wrangler'],
    ['edge-runtime', 'examples/vercel-edge: edge-runtime'],
    ['functions-framework', 'examples/google-cloud-functions: @google-cloud/functions-framework'],
    ['@azure/functions', 'examples/azure-functions: @azure/functions'],
    ['@vercel/node', 'test/hosts/wrong-requests: @vercel/node'],
  ],
  'Adapters in between': [
    [
      '@hono/node-server',
      'test/hosts/fetch-adapters: @hono/node-server-1',
      'test/hosts/fetch-adapters: @hono/node-server',
    ],
    ['srvx', 'test/hosts/srvx: srvx'],
    ['@whatwg-node/server', 'test/hosts/more-frameworks: @whatwg-node/server'],
    ['@remix-run/node-fetch-server', 'test/hosts/fetch-adapters: @remix-run/node-fetch-server'],
    ['serverless-http', 'test/hosts/serverless: serverless-http'],
    ['@codegenie/serverless-express', 'test/hosts/serverless: @codegenie/serverless-express'],
    ['@vendia/serverless-express', 'test/hosts/serverless: @vendia/serverless-express'],
    ['@fastify/aws-lambda', 'test/hosts/serverless: @fastify/aws-lambda'],
  ],
  'Databases and clients': [
    ['redis', 'test: redis', 'test/stores: redis-6'],
    ['ioredis', 'test/stores: ioredis', 'test/stores: ioredis-6'],
    ['iovalkey', 'test/stores: iovalkey'],
    ['pg', 'test: pg'],
    ['postgres', 'test/stores: postgres'],
    ['PGlite', 'test/stores: @electric-sql/pglite'],
    ['Neon', 'test/stores: @neondatabase/serverless'],
    ['Prisma', 'test/hosts/prisma: prisma'],
    ['Drizzle', 'test/stores: drizzle-orm'],
    ['Kysely', 'test/stores: kysely'],
    ['TypeORM', 'test/stores: typeorm'],
    ['Sequelize', 'test/stores: sequelize'],
    ['Knex', 'test/stores: knex'],
    ['MikroORM', 'test/stores: @mikro-orm/postgresql'],
    ['better-sqlite3', 'test: better-sqlite3'],
    ['libSQL', 'test/stores: @libsql/client'],
  ],
  Queues: [
    ['BullMQ', 'test/queues: bullmq'],
    ['pg-boss', 'test/queues: pg-boss', 'test/queues: pg-boss-12'],
    ['graphile-worker', 'test/queues: graphile-worker'],
  ],
  Telemetry: [['OpenTelemetry SDK', 'test/otel: @opentelemetry/sdk-trace-node']],
  'Test runners': [
    ['Jest', 'test/hosts/jest: jest'],
    ['Vitest', 'test/hosts/vitest: vitest'],
  ],
  Bundlers: [
    ['esbuild', 'test/hosts/bundlers: esbuild'],
    ['Metro', 'test/hosts/bundlers: metro'],
  ],
}

/** The table of the manual. */
export function testedVersions(): string {
  const rows = Object.entries(GROUPS).map(([group, tested]) => {
    const list = tested.map(([name, ...sources]) => `${name} ${sources.map(versionOf).join(', ')}`)
    return `| ${group} | ${list.join('; ')} |`
  })
  return ['| | |', '|---|---|', ...rows].join('\n')
}

/** The version in a folder's lockfile, or the one that its manifest pins. */
function versionOf(source: string): string {
  const [folder = '', name = ''] = source.split(': ')
  const lockfile = join(ROOT, folder, 'package-lock.json')
  const { packages } = existsSync(lockfile) ? JSON.parse(readFileSync(lockfile, 'utf8')) : {}
  const { dependencies, devDependencies } = JSON.parse(
    readFileSync(join(ROOT, folder, 'package.json'), 'utf8'),
  )
  const version: string =
    packages?.[`node_modules/${name}`]?.version ?? { ...dependencies, ...devDependencies }[name]
  return version.replace(/^npm:.*@/, '')
}
