/** The results as a picture for the README: SVG that is legible on light and dark backgrounds. */

import { writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { SIZES } from './deliveries.mjs'
import { ROUNDS, ratio } from './measure.mjs'

const WIDTH = 904
const NAMES = 294
const GAP = 24
const ROW = 26
const TOP = 62
const BAR = 14

/**
 * Draws how many times the floor each candidate takes, size by size.
 *
 * @param {string} file where to
 * @param {import('./candidates.mjs').Candidate[]} candidates the floor first, ours among them
 * @param {Set<import('./candidates.mjs').Candidate>} ours
 * @param {import('./measure.mjs').Times[]} measured one for each size
 */
export function plot(file, candidates, ours, measured) {
  const [floor, ...others] = candidates
  const column = (WIDTH - NAMES - GAP * SIZES.length) / SIZES.length
  const ratios = others.map((candidate) => measured.map((times) => ratio(times, candidate, floor)))
  const most = Math.max(...ratios.flat())
  const height = TOP + others.length * ROW + 40

  const rows = others.map((candidate, row) => {
    const y = TOP + row * ROW
    const isOurs = ours.has(candidate)
    const bars = ratios[row].map((value, size) => {
      const x = NAMES + size * (column + GAP)
      const length = Math.max(2, ((column - 40) * value) / most)
      return `<rect class="${isOurs ? 'ours' : 'other'}" x="${x}" y="${y}" width="${length.toFixed(1)}" height="${BAR}" rx="2"/><text class="value" x="${(x + length + 6).toFixed(1)}" y="${y + 12}">${value.toFixed(2)}</text>`
    })
    return `<text class="${isOurs ? 'name own' : 'name'}" x="${NAMES - 14}" y="${y + 12}" text-anchor="end">${escapeText(candidate.name)}</text>${bars.join('')}`
  })
  const titles = SIZES.map(
    ({ label }, size) =>
      `<text class="title" x="${NAMES + size * (column + GAP)}" y="${TOP - 14}">${escapeText(label)}</text>`,
  )
  const date = new Date().toISOString().slice(0, 10)
  const machine = `Node ${process.versions.node}, ${cpus()[0].model.trim()}, ${date}; medians of ${ROUNDS} interleaved rounds in one process`
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-label="Time to verify and parse, as a multiple of HMAC and JSON.parse alone: shorter is faster">
<style>
text { font: 13px system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; fill: #1f2328; }
.own, .title { font-weight: 600; }
.value, .note { fill: #59636e; font-size: 12px; font-variant-numeric: tabular-nums; }
.ours { fill: #4655d8; }
.other { fill: #afb8c1; }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3; }
  .value, .note { fill: #9198a1; }
  .ours { fill: #8f9bff; }
  .other { fill: #4b535d; }
}
</style>
<text class="title" x="0" y="18">Verify and parse, × the same HMAC and JSON.parse alone (shorter is faster)</text>
${[...titles, ...rows].join('\n')}
<text class="note" x="0" y="${height - 12}">${escapeText(machine)}</text>
</svg>
`
  writeFileSync(file, svg)
}

function escapeText(text) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
}
