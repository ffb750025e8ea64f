/** Boxes, arrows and text that are legible on light and dark backgrounds. */

const STYLE = `<style>
text { font: 12px system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; fill: #1f2328; }
.title { font-weight: 650; font-size: 14px; }
.code { font-weight: 650; font-size: 14px; font-family: ui-monospace, Menlo, Consolas, monospace; }
.note { fill: #59636e; }
.box { fill: #eef0fb; stroke: #4655d8; }
.own { fill: #e3f3e8; stroke: #1a7f42; }
.plain { fill: none; stroke: #8c959f; stroke-dasharray: 4 3; }
.line { fill: none; stroke: #59636e; }
.head { fill: #59636e; }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3; }
  .note { fill: #9198a1; }
  .box { fill: #1d2140; stroke: #8f9bff; }
  .own { fill: #12301d; stroke: #57c27f; }
  .plain { fill: none; stroke: #6e7681; }
  .line { stroke: #9198a1; }
  .head { fill: #9198a1; }
}
</style>
<defs><marker id="arrow" viewBox="0 0 8 8" refX="6" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path class="head" d="M0 0L8 4L0 8z"/></marker></defs>`

/** A picture with a description for those who can't see it. */
export function picture(width, height, label, parts) {
  const size = `viewBox="-2 0 ${width} ${height}" width="${width}" height="${height}"`
  return `<svg xmlns="http://www.w3.org/2000/svg" ${size} role="img" aria-label="${escapeXml(label)}">\n${STYLE}\n${parts.join('\n')}\n</svg>\n`
}

/** A box with a title and notes, centered at `x`. */
export function box(x, y, width, height, kind, title, notes) {
  const lines = notes.map((note, index) => text(x, y + 46 + 16 * index, 'note', note))
  const frame = `<rect class="box ${kind}" x="${x - width / 2}" y="${y}" width="${width}" height="${height}" rx="8"/>`
  return [frame, text(x, y + 26, 'title', title), ...lines].join('')
}

/** A line of text, centered at `x` unless the anchor says otherwise. */
export function text(x, y, kind, content, anchor = 'middle') {
  return `<text class="${kind}" x="${x}" y="${y}" text-anchor="${anchor}">${escapeXml(content)}</text>`
}

/** An arrow along a path. */
export function arrow(path) {
  return `<path class="line" d="${path}" marker-end="url(#arrow)"/>`
}

export function escapeXml(content) {
  return content
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}
