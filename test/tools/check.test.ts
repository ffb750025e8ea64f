import { createServer, type RequestListener, type Server } from 'node:http'
import { afterAll, describe, expect, it } from 'vitest'
import { listenOn } from '../support/server.js'
import { run, SECRET } from './command-line.js'
import { rightReceivers, wrongReceivers } from './wrong-receivers.js'

const servers: Server[] = []
afterAll(() => {
  for (const server of servers) server.close()
})

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  servers.push(server)
  return `http://127.0.0.1:${await listenOn(server)}/webhooks/truedy`
}

/** The JSON lines of the output. */
function lines(stdout: string): Record<string, unknown>[] {
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
}

// Several run at once, because most of the time is spent waiting for slow handlers.
describe.concurrent('check', () => {
  it.each(Object.entries(rightReceivers))('finds no fault in a receiver that %s', async (_, make) => {
    const { code, stdout } = await run(['check', await serve(make()), '--json'])
    expect(lines(stdout).filter(({ type, passed, note }) => type === 'case' && (!passed || note))).toEqual([])
    expect(code).toBe(0)
  })

  it.each(Object.entries(wrongReceivers))('finds a receiver that %s', async (_, { make, found }) => {
    const { code, stdout } = await run(['check', await serve(make()), '--json'])
    const failed = lines(stdout).filter(({ type, passed }) => type === 'case' && !passed)
    // Exactly these cases must fail.
    expect(failed.map(({ name }) => name)).toEqual(found)
    for (const { fix } of failed) expect(fix).toMatch(/[.?]$/)
    expect(code).toBe(1)
  })

  // A concurrent test needs the `expect` of its own context for a snapshot.
  it('shows a table with the fixes below', async ({ expect }) => {
    const url = await serve((request, response) => {
      request.resume()
      response.writeHead(200).end()
    })
    const { code, stdout, stderr } = await run(['check', url, '--only', 'digit', '--only', 'Unicode'])
    expect(stdout).toMatchInlineSnapshot(`
      "  case                      expected  response
      ✓ a body with Unicode       2xx       200
      ✗ a signature of one digit  401       200

      ✗ a signature of one digit
        Check the format of the signature before you compare it. timingSafeEqual
        throws if the lengths differ.

      1 of 2 passed, 1 failed
      "
    `)
    expect(stderr).toBe('')
    expect(code).toBe(1)
  })

  it('never prints the secret', async () => {
    const { stdout, stderr } = await run(['check', await serve((_, response) => response.end(SECRET))])
    expect(stdout + stderr).not.toContain(SECRET)
  })
})
