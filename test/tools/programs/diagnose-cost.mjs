/**
 * Measures one diagnosis: CPU time as a multiple of what 64 MiB of HMAC take in the same process, and the growth of its memory.
 *
 *   echo '"abc"' | node diagnose-cost.mjs [SIGNATURE]
 */

import { createHmac } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { diagnose } from 'truedy-webhooks/diagnose'

const MIB = 1_048_576
const body = readFileSync(0)
const headers = {
  'x-truedy-timestamp': '1773844320',
  'x-truedy-signature': process.argv[2] ?? 'a'.repeat(64),
}
const cpuMs = async (run) => {
  const before = process.cpuUsage()
  await run()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000
}

// Compiles the code first, because compiling is not a part of what a delivery costs.
await diagnose('{"a":[1.0,2,"x"]}', headers, 'whsec_first')
const block = Buffer.alloc(MIB)
const hashMs = await cpuMs(() => {
  for (let count = 0; count < 64; count++) createHmac('sha256', 'key').update(block).digest()
})
const before = process.memoryUsage.rss()
const diagnoseMs = await cpuMs(() => diagnose(body, headers, 'whsec_c2VjcmV0LW9mLXRoZS1lbmRwb2ludA'))
const growth = process.resourceUsage().maxRSS * 1024 - before
console.log(JSON.stringify({ hashMs, diagnoseMs, ratio: diagnoseMs / hashMs, megabytes: growth / 1e6 }))
