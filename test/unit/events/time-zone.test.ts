/** Runs in separate processes, because a thread has the time zone of its process. */

import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { buildSync } from 'esbuild'
import { expect, it } from 'vitest'

// This local time does not exist in New York, because the clocks skip it in spring.
const TIMESTAMP = '2026-03-08T02:30:00.123456'

const program = `
import { eventTime } from './index.js'
const time = eventTime({ event: 'call.ended', timestamp: '${TIMESTAMP}', data: {} })
console.log(JSON.stringify([time.getTime(), new Date(2026, 0, 1).getTimezoneOffset()]))`

const bundle = buildSync({
  stdin: { contents: program, resolveDir: fileURLToPath(new URL('../../../src', import.meta.url)) },
  bundle: true,
  platform: 'node',
  write: false,
}).outputFiles[0]?.text

it.each([
  ['America/New_York', 300],
  ['Asia/Kathmandu', -345],
  ['UTC', 0],
])('eventTime does not depend on the time zone %s', (zone, offset) => {
  const output = execFileSync(process.execPath, ['-'], {
    input: bundle,
    env: { ...process.env, TZ: zone },
    encoding: 'utf8',
  })
  // The offset shows that the process really had this time zone.
  expect(JSON.parse(output)).toEqual([Date.UTC(2026, 2, 8, 2, 30, 0, 123), offset])
})
