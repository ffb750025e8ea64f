/** Explanations for connections that TLS rejects, with real certificates, all of them invalid. */

import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer as createPlainServer } from 'node:http'
import { createServer, type Server } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { listenOn } from '../support/server.js'
import { run } from './command-line.js'

const folder = mkdtempSync(join(tmpdir(), 'truedy-webhooks-tls-'))
const servers: { close(): unknown }[] = []
afterAll(() => {
  for (const server of servers) server.close()
  rmSync(folder, { recursive: true, force: true })
})

/** Starts a server with its own certificate for a host name. */
async function serve(name: string, host: string): Promise<{ url: string; certificate: string }> {
  const [key, certificate] = [join(folder, `${name}.key`), join(folder, `${name}.pem`)]
  const subject = ['-subj', `/CN=${host}`, '-addext', `subjectAltName=DNS:${host}`]
  execFileSync(
    'openssl',
    [
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-days',
      '2',
      '-keyout',
      key,
      '-out',
      certificate,
      ...subject,
    ],
    { stdio: 'ignore' },
  )
  const server = createServer(
    { key: readFileSync(key), cert: readFileSync(certificate) },
    (request, response) => {
      request.resume()
      response.writeHead(204).end()
    },
  )
  return { url: await listen(server), certificate }
}

async function listen(server: Server | ReturnType<typeof createPlainServer>): Promise<string> {
  servers.push(server)
  return `https://localhost:${await listenOn(server)}/webhooks/truedy`
}

describe.each(['send', 'check'])('%s', (command) => {
  async function output(url: string, env: NodeJS.ProcessEnv = {}): Promise<string> {
    const { code, stdout, stderr } = await run([command, url], env)
    expect(code).toBe(1)
    // The output as one line, wherever it was wrapped.
    return (stdout + stderr).replace(/\s+/g, ' ')
  }

  it('says that a certificate is self-signed', async () => {
    const { url } = await serve(`self-${command}`, 'localhost')
    expect(await output(url)).toContain("the server's TLS certificate is self-signed.")
  })

  it('says that a certificate is for another host', async () => {
    const { url, certificate } = await serve(`other-${command}`, 'example.com')
    expect(await output(url, { NODE_EXTRA_CA_CERTS: certificate })).toContain(
      "the server's TLS certificate is for another host name.",
    )
  })

  it('says that a port speaks plain HTTP', async () => {
    const url = await listen(createPlainServer((_, response) => response.end()))
    expect(await output(url)).toMatch(/TLS.*plain HTTP|plain HTTP.*TLS/)
  })

  it('explains http:// where https:// is needed', async () => {
    const { url } = await serve(`plain-${command}`, 'localhost')
    expect(await output(url.replace('https:', 'http:'))).toMatch(/no HTTP|without a response/)
  })

  it('accepts a certificate that this machine trusts', async () => {
    const { url, certificate } = await serve(`good-${command}`, 'localhost')
    const { stdout } = await run([command, url, ...(command === 'check' ? ['--only', 'call.started'] : [])], {
      NODE_EXTRA_CA_CERTS: certificate,
    })
    expect(stdout).toContain('204')
  })
})
