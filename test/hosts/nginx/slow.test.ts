/**
 * Endpoints behind nginx, which keeps its connections to them open: a rejected upload must not break the next
 * delivery.
 */

import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe } from 'vitest'
import { type Server, startServer } from '../../support/driver.js'
import { type ServerProgram, startProgram } from '../../support/server-program.js'
import { installHost, testEndpoint } from '../endpoint.js'

/** A proxy with one connection to its upstream. With `streams`, it passes uploads on as they arrive. */
function startNginx(upstream: string, { streams }: { readonly streams: boolean }): Promise<ServerProgram> {
  return startProgram({
    name: 'nginx',
    debianPackage: 'nginx-light',
    readyText: 'using the "epoll" event method',
    haltSignal: 'SIGTERM',
    async prepare(directory) {
      await mkdir(join(directory, 'temp'))
    },
    command: (directory, port) => {
      const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
        .map((name) => `${name}_temp_path temp/${name};`)
        .join(' ')
      const settings = `daemon off; master_process off; pid nginx.pid; error_log stderr notice;
        events {}
        http {
          access_log off; client_max_body_size 0; ${temporary}
          upstream app { server ${new URL(upstream).host}; keepalive 1; }
          server {
            listen 127.0.0.1:${port};
            location / {
              proxy_pass http://app; proxy_http_version 1.1; proxy_set_header Connection "";
              proxy_request_buffering ${streams ? 'off' : 'on'};
            }
          }
        }`
      return [
        'sh',
        '-c',
        `printf '%s' "$1" > nginx.conf && exec nginx -p "$2" -c nginx.conf`,
        'sh',
        settings,
        directory,
      ]
    },
  })
}

describe.each([
  ['node:http', 'node-http', 'server.js'],
  ['@hono/node-server 2', 'fetch-adapters', 'hono.js'],
  ['@hono/node-server 1', 'fetch-adapters', 'hono-1.js'],
  ['h3 2', 'fetch-adapters', 'h3.js'],
])('%s behind nginx', (_, folder, program) => {
  let server: Server

  beforeAll(async () => {
    server = await startServer(await installHost(folder), { command: `exec node ${program}` })
  })
  afterAll(() => server?.stop())

  describe.each([{ streams: true }, { streams: false }])('%j', (options) => {
    let nginx: ServerProgram

    beforeAll(async () => {
      nginx = await startNginx(server.origin, options)
    })
    afterAll(() => nginx?.stop())

    // If a response comes before the end of an upload, nginx closes the client's connection, which is not the pooled
    // one.
    testEndpoint(() => ({ server, url: `http://127.0.0.1:${nginx.port}/webhooks/truedy` }), {
      closesSilently: options.streams,
    })
  })
})
