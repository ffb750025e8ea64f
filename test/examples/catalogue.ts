/** The folders in `examples/` that receive webhooks, each with what differs from `npm install` and `npm start`. */

import type { Launch } from './driver.js'
import { needDynamoDb, needMariaDb, needPostgres } from './needs.js'

/** The functions framework parses each body before the function gets it, and prints that the one is no JSON. */
const BODY_PARSER_ERROR =
  /^SyntaxError: .* in JSON at position 22\n(?: {4}at .*\n)+(?: {2}.*\n)+ {2}type: 'entity\.parse\.failed'\n}$/

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
  'express-postgres': { needs: needPostgres },
  'cloudflare-workers': {},
  'vercel-edge': {},
  'google-cloud-functions': { errorOutput: BODY_PARSER_ERROR },
  'store-durable-object': {},
  'store-dynamodb': { needs: needDynamoDb },
  'store-mysql': { needs: needMariaDb },
}
