/** The folders in `examples/` that receive webhooks, each with what differs from `npm install` and `npm start`. */

import type { Launch } from './driver.js'
import { needDynamoDb, needMariaDb, needPostgres } from './needs.js'

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
  'store-durable-object': {},
  'store-dynamodb': { needs: needDynamoDb },
  'store-mysql': { needs: needMariaDb },
}
