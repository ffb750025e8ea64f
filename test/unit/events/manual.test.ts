/** The tables of the manual list exactly the names in the code. */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { batchFields } from '../../../src/events/batch-details.js'
import { callFields } from '../../../src/events/call-details.js'
import { eventNames } from '../../../src/index.js'

const manual = readFileSync(join(import.meta.dirname, '../../../src/events/README.md'), 'utf8')

/** The names in the first column of the tables in a section. */
function namesIn(section: string): string[] {
  const [, text = ''] = manual.split(new RegExp(`^#+ ${section}$`, 'm'))
  const [own = ''] = text.split(/^#+ /m)
  const cells = own.split('\n').flatMap((line) => /^\|([^|]*)\|/.exec(line)?.slice(1) ?? [])
  return cells.flatMap((cell) => [...cell.matchAll(/`([\w.]+)`/g)].map(([, name = '']) => name))
}

it.each([
  ['Types', ['event.event', ...eventNames, 'unknown']],
  ['callDetails', ['callId', 'agentId', ...Object.keys(callFields)]],
  ['batchDetails', ['batchId', ...Object.keys(batchFields)]],
])('the table of %s in the manual lists each name once', (section, names) => {
  expect(namesIn(section).sort()).toEqual([...names].sort())
})
