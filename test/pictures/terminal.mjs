/** The output of a program as a picture of a terminal. */

import { stripVTControlCharacters } from 'node:util'
import { escapeXml } from './svg.mjs'

const CHARACTER_WIDTH = 7.8
const LINE_HEIGHT = 18
const COLUMNS = 80

/** The colors of the command line, by their codes. */
const CLASSES = { 1: 'bold', 2: 'dim', 31: 'red', 32: 'green', 33: 'yellow', 36: 'cyan' }

/**
 * A terminal of 80 columns on dark ground, which is legible on any page.
 *
 * @param {string} command what was typed
 * @param {string} output what the program printed, with colors
 */
export function terminalPicture(command, output) {
  const lines = [`\u001b[2m$\u001b[22m ${command}`, ...output.split('\n')]
  const width = Math.ceil(COLUMNS * CHARACTER_WIDTH) + 32
  const height = lines.length * LINE_HEIGHT + 28
  const rows = lines.map(
    (line, index) =>
      `<text x="16" y="${28 + index * LINE_HEIGHT}" xml:space="preserve">${spansOf(line)}</text>`,
  )
  const plain = lines.map(stripVTControlCharacters).slice(0, 4)
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escapeXml(plain.join(' '))}">
<style>
text { font: 13px ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace; fill: #e6edf3; }
.bold { font-weight: 650; } .dim { fill: #9198a1; } .red { fill: #ff7b72; } .green { fill: #57c27f; } .yellow { fill: #e3b341; } .cyan { fill: #79c0ff; }
</style>
<rect width="${width}" height="${height}" rx="8" fill="#151b23"/>
${rows.join('\n')}
</svg>
`
}

/** A line whose colors are spans. */
function spansOf(line) {
  const [start = '', ...colored] = line.split('\u001b[')
  const spans = colored.map((piece) => {
    const [, code = '', content = ''] = /^(\d+)m(.*)$/s.exec(piece) ?? []
    return content && `<tspan class="${CLASSES[code] ?? ''}">${escapeXml(content)}</tspan>`
  })
  return escapeXml(start) + spans.join('')
}
