/** If a setup keeps the raw body from the library, the response and the log say so: frameworks on Node. */

import { type Change, describeChanges } from './changed-examples.js'

const JSON_FIRST: readonly Change[] = [
  {
    what: 'express.json() comes first',
    file: 'server.js',
    replace: ['const app = express()\n', 'const app = express()\napp.use(express.json())\n'],
    log: "mount the handler, or express.raw({ type: '*/*', limit: '1mb' }), before express.json()",
  },
]

const changes: Readonly<Record<string, readonly Change[]>> = {
  express: JSON_FIRST,
  'express-4': JSON_FIRST,
  fastify: [
    {
      what: 'the JSON parser is still there',
      file: 'server.js',
      replace: ['webhooks.removeAllContentTypeParsers()\n', ''],
      log: "Fastify: parseAs: 'buffer', no JSON parser",
    },
  ],
  koa: [
    {
      what: 'bodyParser() comes first',
      file: 'server.js',
      replace: ['const app = new Koa()\n', 'const app = new Koa()\napp.use(bodyParser())\n'],
      log: 'Koa: no parser',
    },
  ],
  hono: [
    {
      what: 'middleware reads the body first',
      file: 'server.js',
      replace: [
        'const app = new Hono()\n',
        'const app = new Hono()\napp.use(async (context, next) => { await context.req.json(); await next() })\n',
      ],
      log: 'The body of this Request was read before',
    },
  ],
  nestjs: [
    {
      what: 'rawBody is not set',
      file: 'src/main.ts',
      replace: ['rawBody: true', 'rawBody: false'],
      log: 'NestJS: rawBody: true',
    },
  ],
  'nextjs-app': [
    {
      what: 'the body is read first',
      file: 'app/webhooks/truedy/route.ts',
      replace: [
        'receive as POST, receive as PUT }',
        `readFirst as POST, receive as PUT }

        async function readFirst(request: Request): Promise<Response> {
          await request.json()
          return receive(request)
        }`,
      ],
      log: 'The body of this Request was read before',
    },
  ],
  'nextjs-pages': [
    {
      what: 'the body parser is on',
      file: 'pages/api/truedy.ts',
      replace: ['bodyParser: false', 'bodyParser: true'],
      log: 'Next.js Pages: bodyParser: false',
    },
  ],
}

describeChanges(changes)
