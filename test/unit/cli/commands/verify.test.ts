import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { runCli } from '../../../../src/cli/run.js'
import { formatDelivery } from '../../../../src/cli/saved-delivery.js'
import { signDelivery } from '../../../../src/testing/index.js'
import { createProbe } from '../../../../src/testing/reserialization.js'
import { CLI_SECRET, captured, testSurroundings } from '../../support/surroundings.js'

const folder = mkdtempSync(join(tmpdir(), 'truedy-webhooks-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const BODY = '{"event":"call.completed","timestamp":"2026-03-18T14:32:00Z","id":"evt_1","data":{}}'

function fileWith(text: string): string {
  const path = join(folder, `${Math.random()}.json`)
  writeFileSync(path, text)
  return path
}

async function verify(...argv: string[]) {
  const surroundings = testSurroundings({ readInput: async () => new TextEncoder().encode(BODY) })
  const code = await runCli(['verify', ...argv], surroundings)
  return { code, stdout: surroundings.stdout(), stderr: surroundings.stderr() }
}

describe('verify', () => {
  it('says that a request is valid, and shows its event and key', async () => {
    const { code, stdout } = await verify('--body', fileWith(BODY), ...captured(BODY))
    expect(stdout).toContain('✓ The signature is valid.')
    expect(stdout).toMatch(/event +call\.completed/)
    expect(stdout).toMatch(/key +call\.ended:event:evt_1/)
    expect(stdout).toMatch(/cause +valid\n/)
    expect(code).toBe(0)
  })

  it('recognizes a probe, whose signature is wrong on purpose', async () => {
    const { body, headers } = await createProbe(CLI_SECRET)
    const { code, stdout } = await verify(
      ...['--body', fileWith(body)],
      ...['--timestamp', headers['x-truedy-timestamp']],
      ...['--signature', headers['x-truedy-signature']],
    )
    expect(stdout).toContain('This is a probe')
    expect(stdout).toMatch(/fix +Verify the delivery before it/)
    expect(stdout).not.toContain('body_reserialized')
    expect(code).toBe(1)
  })

  describe('reads a file of listen --save', () => {
    const saved = (
      body: string | Uint8Array,
      headers: readonly (readonly [string, string])[],
      isWhole = true,
    ) => {
      const request = { method: 'POST', path: '/', headers, body: Buffer.from(body), isWhole }
      const verdict = { isValid: true, outcome: 'processed' }
      return fileWith(formatDelivery({ receivedAt: new Date().toISOString(), request, verdict }))
    }
    const bodies = [
      '{"event": "call.ended", "timestamp": 1, "data": {"text": "Grüße"}}',
      Uint8Array.of(0x7b, 0xff),
    ]

    it.each(bodies)('with its headers (case %#)', async (body) => {
      const { headers } = await signDelivery(body, CLI_SECRET)
      const pairs = Object.entries(headers).map(([name, value]) => [name.toUpperCase(), value] as const)
      const { code, stdout } = await verify('--body', saved(body, pairs))
      expect(stdout).toContain(`body   ${Buffer.from(body).length} bytes`)
      expect(code).toBe(0)
    })

    it.each(bodies)('with the headers in the options instead (case %#)', async (body) => {
      const { headers } = await signDelivery(body, CLI_SECRET)
      const file = saved(body, [
        ['X-Truedy-Timestamp', '1'],
        ['X-Truedy-Signature', 'a'],
      ])
      const { code } = await verify(
        ...['--body', file, '--timestamp', headers['x-truedy-timestamp']],
        ...['--signature', headers['x-truedy-signature']],
      )
      expect(code).toBe(0)
      const { stderr } = await verify('--body', file, '--timestamp', '1')
      expect(stderr).toContain('--signature is missing')
      expect((await verify('--body', file, '--signature', 'a')).stderr).toContain('--timestamp is missing')
    })

    it('and finds the fault of its headers', async () => {
      const { headers } = await signDelivery(BODY, CLI_SECRET)
      const pairs = Object.entries(headers)
      const twice = await verify('--body', saved(BODY, [...pairs, ...pairs]))
      expect(twice.stdout).toMatch(/cause +header_doubled/)
      const none = await verify('--body', saved(BODY, []))
      expect(none.stdout).toMatch(/cause +headers_missing/)
    })

    it('but not if only the beginning of the body was saved', async () => {
      const { code, stdout, stderr } = await verify('--body', saved(BODY, [], false))
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
      expect(stderr).toContain('Only the beginning of the body was saved')
    })
  })

  it('reads the body from standard input', async () => {
    const { code } = await verify('--body', '-', ...captured(BODY))
    expect(code).toBe(0)
  })

  it('says that a request is valid but old, and exits with 0', async () => {
    const { code, stdout } = await verify('--body', '-', ...captured(BODY, { timestamp: '1773844320' }))
    expect(stdout).toMatch(/cause +valid_but_old\n/)
    expect(code).toBe(0)
  })

  it('says that a signed body is not an event', async () => {
    const { code, stdout } = await verify('--body', fileWith('[]'), ...captured('[]'))
    expect(stdout).toContain('The JSON is not an event')
    expect(code).toBe(0)
  })

  it('says why a signature does not match, and what to do', async () => {
    const { code, stdout } = await verify('--body', fileWith(`${BODY}\n`), ...captured(BODY))
    expect(stdout).toContain('✗ The signature is invalid.')
    expect(stdout).toMatch(/cause +body_newline_added\n/)
    expect(stdout).toContain('--data-binary')
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80)
    expect(code).toBe(1)
  })

  it('tries the secrets of other endpoints', async () => {
    const others = ['--other-secret', 'whsec_one', '--other-secret', 'whsec_two']
    const { stdout } = await verify('--body', '-', ...captured(BODY, { secret: 'whsec_two' }), ...others)
    expect(stdout).toContain('other secret 2 of 2')
  })

  it('prints one JSON object with --json', async () => {
    const { code, stdout } = await verify('--body', '-', '--json', ...captured(BODY))
    expect(JSON.parse(stdout)).toMatchObject({
      ok: true,
      cause: 'valid',
      event: 'call.completed',
      key: 'call.ended:event:evt_1',
      bytes: BODY.length,
    })
    expect(code).toBe(0)
    const failed = await verify('--body', '-', '--json', ...captured('other'))
    expect(JSON.parse(failed.stdout)).toMatchObject({ ok: false, cause: 'unknown', fix: expect.any(String) })
    expect(failed.code).toBe(1)
  })

  it.each([
    [join(folder, 'missing'), 'there is no such file'],
    [folder, 'it is a directory'],
    ['bad\0name', "can't be read"],
  ])("says why %j can't be read", async (path, reason) => {
    const { code, stderr } = await verify('--body', path, ...captured(BODY))
    expect(stderr.replaceAll('\n', ' ')).toContain(reason)
    expect(code).toBe(1)
  })

  it('says that another secret is empty, not that it is missing', async () => {
    const { code, stderr } = await verify('--body', '-', ...captured(BODY), '--other-secret', '')
    expect(stderr).toContain('--other-secret is empty')
    expect(code).toBe(2)
  })

  it('rejects an option that came twice, because one of the values would be ignored', async () => {
    const { code, stderr } = await verify('--body', 'missing', '--body', '-', ...captured(BODY))
    expect(code).toBe(2)
    expect(stderr).toContain('--body came twice. Write it once.')
  })
})
