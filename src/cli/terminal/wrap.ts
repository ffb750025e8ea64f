/** Fits text into the columns of a terminal. */

/** Characters that take two columns (Unicode's East Asian Width W and F, and emoji), and characters that take none. */
const WIDE =
  /[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}\p{Emoji_Presentation}\u3000-\u303f\uff01-\uff60\uffe0-\uffe6]/u
const COMBINING = /\p{Mn}|\p{Me}|\u200d/u

/** Returns the number of columns that a string takes. It must not contain control characters: see `printable`. */
export function columnsOf(text: string): number {
  // Nearly all strings are plain ASCII.
  if (/^[ -~]*$/.test(text)) return text.length
  let columns = 0
  for (const character of text) columns += COMBINING.test(character) ? 0 : WIDE.test(character) ? 2 : 1
  return columns
}

/** Returns the string if it fits, otherwise its beginning and `…`. */
export function shorten(text: string, columns: number): string {
  if (columnsOf(text) <= columns) return text
  let shown = ''
  let width = 1
  for (const character of text) {
    width += columnsOf(character)
    if (width > columns) break
    shown += character
  }
  return `${shown}…`
}

/** Pads a string with blanks to a number of columns. */
export function padColumns(text: string, columns: number): string {
  return text + ' '.repeat(Math.max(0, columns - columnsOf(text)))
}

/**
 * Breaks text into lines at spaces and line breaks. A word that is longer than a line, such as a URL, stays whole on its own
 * line, so that it can be copied.
 *
 * @param columns - the width of a line
 */
export function wrap(text: string, columns: number): string[] {
  return text.split('\n').flatMap((paragraph) => {
    const indent = paragraph.length - paragraph.trimStart().length
    return wrapParagraph(paragraph.slice(indent), columns - indent).map((line) => ' '.repeat(indent) + line)
  })
}

function wrapParagraph(text: string, columns: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && columnsOf(line) + 1 + columnsOf(word) > columns) {
      lines.push(line)
      line = word
    } else {
      line = line === '' ? word : `${line} ${word}`
    }
  }
  return [...lines, line]
}

/** Wraps text, and indents its lines. The first line has a label instead of the indent. */
export function wrapLabeled(label: string, text: string, indent: number, columns: number): string[] {
  return labeled(label, wrap(text, columns - indent), indent)
}

/** Indents lines. The first line has a label instead of the indent. */
export function labeled(label: string, lines: readonly string[], indent: number): string[] {
  return lines.map((line, index) => padColumns(index === 0 ? label : '', indent) + line)
}

/** Breaks a string into lines at any character, for strings with few spaces, such as JSON. */
export function breakAnywhere(text: string, columns: number): string[] {
  const lines: string[] = []
  let line = ''
  let width = 0
  for (const character of text) {
    const needed = columnsOf(character)
    if (width + needed > columns && line !== '') {
      lines.push(line)
      line = ''
      width = 0
    }
    line += character
    width += needed
  }
  return [...lines, line]
}
