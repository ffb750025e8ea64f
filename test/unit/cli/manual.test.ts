import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { check } from '../../../src/cli/commands/check.js'
import { listen } from '../../../src/cli/commands/listen.js'
import { send } from '../../../src/cli/commands/send.js'
import { verify } from '../../../src/cli/commands/verify.js'
import { flagOf } from '../../../src/cli/options.js'

const manual = readFileSync(join(import.meta.dirname, '../../../src/cli/README.md'), 'utf8')
const commands = [listen, send, check, verify]

/** The flags in a string. */
const flagsIn = (text: string) =>
  new Set([...text.matchAll(/--([a-z][a-z-]*)/g)].map(([, flag = '']) => flag))

describe('the manual of the command line', () => {
  it.each(commands)('lists every option of $name in its section', ({ name, options }) => {
    const [, section = ''] = new RegExp(`^### ${name}\n(.*?)(?=^##)`, 'ms').exec(manual) ?? []
    const common = ['json', 'help', 'secret']
    for (const flag of Object.keys(options).map(flagOf)) {
      expect(flagsIn(common.includes(flag) ? manual : section)).toContain(flag)
    }
  })

  it('lists no option that no command has', () => {
    const known = commands.flatMap(({ options }) => Object.keys(options).map(flagOf))
    // `--url` is an option of a tunnel program.
    expect([...flagsIn(manual)].filter((flag) => !known.includes(flag))).toEqual(['url'])
  })

  it('shows output that fits in 80 columns', () => {
    const consoles = [...manual.matchAll(/^```console\n(.*?)^```$/gms)].map(([, text = '']) => text)
    expect(consoles.length).toBeGreaterThan(2)
    const lines = consoles
      .join('')
      .split('\n')
      .filter((line) => !line.startsWith('$ '))
    expect(lines.filter((line) => line.length > 80)).toEqual([])
  })
})
