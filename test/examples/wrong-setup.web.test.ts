/** If a setup keeps the raw body from the library, the response and the log say so: frameworks with fetch types. */

import { type Change, describeChanges } from './changed-examples.js'

/** What the log says about a context that contains the Request. */
const NO_REQUEST = 'This is not a fetch Request'

const changes: Readonly<Record<string, readonly Change[]>> = {
  'bun-serve': [
    {
      what: 'the body is read first',
      file: 'server.ts',
      replace: [
        '(request) => receive(request)',
        'async (request) => { await request.json(); return receive(request) }',
      ],
    },
  ],
  elysia: [
    {
      what: 'a hook asks for the body, and the parser is on',
      file: 'server.ts',
      replace: [
        ".all('/webhooks/truedy', ({ request }) => receive(request), { parse: 'none' })",
        ".onTransform(({ body }) => { void body }).all('/webhooks/truedy', ({ request }) => receive(request))",
      ],
    },
    {
      what: 'a hook asks for the body, but the parser is off',
      file: 'server.ts',
      replace: ['new Elysia()', 'new Elysia().onTransform(({ body }) => { void body })'],
      isFine: true,
    },
    {
      what: 'onParse() comes first',
      file: 'server.ts',
      replace: ['new Elysia()', 'new Elysia().onParse(({ request }) => request.json())'],
    },
    {
      what: 'onParse() comes afterward',
      file: 'server.ts',
      replace: ['  .listen(', '  .onParse(({ request }) => request.json())\n  .listen('],
      isFine: true,
    },
    {
      what: 'the context is passed instead of the request',
      file: 'server.ts',
      replace: ['({ request }) => receive(request)', 'receive'],
      log: NO_REQUEST,
    },
  ],
  'deno-serve': [
    {
      what: 'the body is read first',
      file: 'server.ts',
      replace: ['const { pathname } =', 'await request.json()\n  const { pathname } ='],
    },
  ],
  sveltekit: [
    {
      what: 'a hook reads the body first',
      file: 'src/hooks.server.ts',
      replace: [
        'export const handleError',
        `export const handle = async ({ event, resolve }) => {
          await event.request.json()
          return resolve(event)
        }
        export const handleError`,
      ],
    },
    {
      what: 'the event is passed instead of the request',
      file: 'src/routes/webhooks/truedy/+server.ts',
      replace: ['RequestHandler = ({ request }) =>', 'RequestHandler = (request) =>'],
      log: NO_REQUEST,
    },
  ],
  astro: [
    {
      what: 'the body is read first',
      file: 'src/pages/webhooks/truedy.ts',
      replace: [
        '({ request }) => receive(request)',
        'async ({ request }) => { await request.json(); return receive(request) }',
      ],
    },
    {
      what: 'the context is passed instead of the request',
      file: 'src/pages/webhooks/truedy.ts',
      replace: ['({ request }) => receive(request)', 'receive'],
      log: NO_REQUEST,
    },
  ],
  'react-router': [
    {
      what: 'the body is read first',
      file: 'app/routes/truedy.ts',
      replace: [
        'export const action = ({ request }: Route.ActionArgs) => receive(request)',
        `export const action = async ({ request }: Route.ActionArgs) => {
          await request.json()
          return receive(request)
        }`,
      ],
    },
    {
      what: 'the arguments are passed instead of the request',
      file: 'app/routes/truedy.ts',
      replace: ['({ request }: Route.ActionArgs) => receive(request)', 'receive'],
      log: NO_REQUEST,
    },
  ],
  nuxt: [
    {
      what: 'readBody() comes first',
      file: 'server/routes/webhooks/truedy.ts',
      replace: [
        '({ node }) => receive(node.req, node.res)',
        `async (event) => {
          await readBody(event)
          return receive(event.node.req, event.node.res)
        }`,
      ],
      log: 'not the raw bytes',
    },
  ],
}

describeChanges(changes)
