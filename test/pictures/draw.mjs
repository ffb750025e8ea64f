/** Draws the pictures of the manuals into `.github`: `node test/run.mjs pictures`. The bench draws its own. */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { sampleEvent, signDelivery } from '../../dist/testing.js'
import { arrow, box, picture, text } from './svg.mjs'
import { terminalPicture } from './terminal.mjs'

const FOLDER = new URL('../../.github/', import.meta.url)

writeFileSync(new URL('flow.svg', FOLDER), flow())
writeFileSync(new URL('states.svg', FOLDER), states())
writeFileSync(new URL('terminal.svg', FOLDER), await terminal())

/** The path of a delivery, and the response of each step. */
function flow() {
  const width = 122
  const gap = 50
  const steps = [
    ['plain', 'Truedy', ['sends bytes', 'and headers']],
    ['', 'check', ['headers, form,', 'age'], '401', ['missing, malformed,', 'too old, too new']],
    ['', 'HMAC', ['over the exact', 'bytes'], '401', ['another body', 'or secret']],
    ['', 'parse', ['JSON, envelope,', 'a typed event'], '400', ['not JSON,', 'not an event']],
    [
      '',
      'claim',
      ['one atomic step', 'in your store'],
      '204 / 503',
      ['processed before /', 'being processed'],
    ],
    [
      'own',
      'your handler',
      ['the lease is kept', 'while it runs'],
      '500',
      ['it threw: released,', 'for a retry'],
    ],
    ['', 'done', ['remembered for', '72 hours'], '204', []],
  ]
  const parts = steps.flatMap(([kind, title, notes, status, reasons = []], index) => {
    const x = width / 2 + index * (width + gap)
    const drawn = [box(x, 8, width, 76, kind, title, notes)]
    if (index > 0) drawn.push(arrow(`M${x - width / 2 - gap + 3} 46H${x - width / 2 - 4}`))
    if (status) {
      drawn.push(arrow(`M${x} 87V112`), text(x, 130, 'code', status))
      drawn.push(...reasons.map((reason, line) => text(x, 148 + 16 * line, 'note', reason)))
    }
    return drawn
  })
  const label =
    'A delivery goes through the checks that need no key, one HMAC, JSON and an atomic claim to your handler. Each step has its own response for what it rejects.'
  return picture(steps.length * (width + gap) - gap + 4, 172, label, parts)
}

/** The states of a record in a store. */
function states() {
  const y = 44
  const parts = [
    box(76, y, 148, 64, 'plain', 'absent', ['or expired']),
    box(372, y, 148, 64, 'own', 'leased', ['by one owner']),
    box(668, y, 148, 64, '', 'done', ['until its ttlMs ends']),
    arrow('M152 62H294'),
    text(224, 54, 'code', 'claim'),
    arrow('M298 92H156'),
    text(226, 112, 'code', 'release'),
    text(226, 128, 'note', 'or the lease expires'),
    arrow('M446 76H590'),
    text(519, 68, 'code', 'complete'),
    arrow('M340 44C340 8 404 8 404 40'),
    text(372, 12, 'code', 'renew'),
    arrow('M668 108C668 160 76 160 76 112'),
    text(372, 164, 'note', 'the record expires'),
  ]
  const label =
    'A record is absent, leased by one owner, or done. claim leases it, renew extends the lease, complete marks it done, release or an expired lease makes it absent again, and a done record expires.'
  return picture(748, 172, label, parts)
}

/**
 * What `listen` prints in a terminal of 80 columns: a scenario of `send`, a retry, and a body that something changed.
 */
async function terminal() {
  const program = fileURLToPath(new URL('../../dist/cli.js', import.meta.url))
  const node = `'${process.execPath}' '${program}'`
  const env = {
    PATH: process.env.PATH,
    TERM: 'xterm-256color',
    TRUEDY_WEBHOOK_SECRET: 'whsec_example',
    TZ: 'UTC',
  }
  // A separate terminal, for the colors.
  const command = `stty cols 80 rows 40; exec ${node} listen --port 0`
  const listen = spawn('script', ['-qfec', command, '/dev/null'], { env })
  let output = ''
  listen.stdout.setEncoding('utf8').on('data', (chunk) => {
    output += chunk
  })
  let url
  while (url === undefined) {
    await once(listen.stdout, 'data')
    url = /http:\S+\/webhooks\/truedy/.exec(output)?.[0]
  }
  const story = ['send', url, '--scenario', 'call', '--seed', '7', '--speed', '1000']
  await once(spawn(process.execPath, [program, ...story], { env }), 'close')
  const { body, headers } = await signDelivery(sampleEvent('batch.completed'), env.TRUEDY_WEBHOOK_SECRET)
  for (const sent of [body, body, `${body}\n`]) await fetch(url, { method: 'POST', headers, body: sent })
  while (!output.includes('body_newline_added')) await once(listen.stdout, 'data')
  listen.kill('SIGTERM')
  await once(listen, 'close')
  const text = output.replaceAll('\r', '').replaceAll(new URL(url).port, '3000').trimEnd()
  return terminalPicture('npx truedy-webhooks listen', text)
}
