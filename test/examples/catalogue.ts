/** The folders in `examples/` that receive webhooks, and how each differs from `npm install` and `npm start`. */

import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Launch } from '../support/driver.js'
import { needDynamoDb, needMariaDb, needNats, needPostgres, needRabbitMq, needRedis } from './needs.js'
import { startSqs } from './sqs-server.js'

/**
 * The functions framework parses each body before the function gets it, and prints an error for the two bodies that
 * are not JSON.
 */
const BODY_PARSER_ERRORS =
  /^(?:SyntaxError: .* in JSON at position 22\n(?: {4}at .*\n)+(?: {2}.*\n)+ {2}type: 'entity\.parse\.failed'\n}\n?){2}$/

/** If a host passes text, bytes that are not UTF-8 arrive as different bytes, which were not signed. */
const TEXT_ONLY = { answers: { 'a signed body that is not UTF-8': 401 } }

/** The AWS SDK's warning about Node 20, in both programs. */
const OLD_NODE = /^(?:(?:\(node:\d+\) Warning: NodeVersionSupportWarning: .*(?:\n(?!\(node).*)*)(?:\n|$))*$/

/** Both programs print to one place, so that the test sees what the worker processed. */
const RECEIVER_AND_WORKER = 'node worker.js & exec node receiver.js'

export const catalogue: Readonly<Record<string, Launch>> = {
  'node-http': {},
  express: {},
  'express-4': {},
  fastify: {},
  koa: {},
  hono: {},
  nestjs: { build: 'npm run build' },
  'nextjs-app': { build: 'npm run build' },
  'nextjs-pages': { build: 'npm run build' },
  'bun-serve': {},
  elysia: {},
  // Deno checks for updates unless it is told not to.
  'deno-serve': { env: { DENO_NO_UPDATE_CHECK: '1' } },
  sveltekit: { build: 'npm run build' },
  astro: { build: 'ASTRO_TELEMETRY_DISABLED=1 npm run build' },
  'react-router': { build: 'npm run build', closesSilently: true },
  nuxt: { build: 'npm run build' },
  'express-postgres': { needs: needPostgres },
  'cloudflare-workers': {},
  'vercel-edge': {},
  'google-cloud-functions': { errorOutput: BODY_PARSER_ERRORS },
  'aws-lambda, REST API': { ...onLambda('rest-api'), ...TEXT_ONLY },
  'aws-lambda, REST API, base64': onLambda('rest-api base64'),
  'aws-lambda, HTTP API': { ...onLambda('http-api'), ...TEXT_ONLY },
  'aws-lambda, HTTP API, base64': onLambda('http-api base64'),
  'aws-lambda, function URL': { ...onLambda('function-url'), ...TEXT_ONLY },
  'aws-lambda, function URL, base64': onLambda('function-url base64'),
  'azure-functions': { command: hostCommand('azure-functions.ts') },
  netlify: { command: hostCommand('netlify.ts'), ...TEXT_ONLY },
  'netlify, base64': { folder: 'netlify', command: hostCommand('netlify.ts base64') },
  'live-calls': {},
  'call-state': { needs: needPostgres },
  observability: { command: RECEIVER_AND_WORKER, needs: needRedis },
  'queue-nats': { command: RECEIVER_AND_WORKER, needs: needNats },
  'queue-rabbitmq': { command: RECEIVER_AND_WORKER, needs: needRabbitMq },
  'queue-sqs': { command: RECEIVER_AND_WORKER, needs: startSqs, errorOutput: OLD_NODE },
  'store-durable-object': {},
  'store-dynamodb': { needs: needDynamoDb },
  'store-mysql': { needs: needMariaDb },
}

/** A function behind one of AWS's front ends. */
function onLambda(frontEnd: string): Launch {
  return { folder: 'aws-lambda', command: hostCommand(`aws-lambda.ts ${frontEnd}`) }
}

/** The command that runs an example in one of our hosts, for functions whose own host does not run here. */
function hostCommand(program: string): string {
  const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx'))
  return `exec "${process.execPath}" --import "${tsx}" "${join(import.meta.dirname, 'hosts')}"/${program}`
}
