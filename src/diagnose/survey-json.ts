/** Estimates what it would cost to read JSON and write it again, in one pass that stores nothing. */

/** The measures of a text. They are meaningful only if it is JSON. */
export interface JsonSurvey {
  /** Commas, colons and opening brackets outside of strings. The number of keys and values together is at most one more. */
  readonly marks: number
  /** The deepest level of brackets. */
  readonly depth: number
  /** The number of lines that indenting adds to the text. */
  readonly lines: number
  /** The sum of the levels of these lines. */
  readonly indents: number
  /** The number of bytes that are not printable ASCII. */
  readonly notAscii: number
}

const QUOTE = 0x22
const BACKSLASH = 0x5c
const COMMA = 0x2c
const COLON = 0x3a
/** `[` differs from `{`, and `]` from `}`, only in this bit. */
const BRACKET_BIT = 0x20

/** Surveys text in UTF-8. */
export function surveyJson(bytes: Uint8Array): JsonSurvey {
  const survey = { marks: 0, depth: 0, lines: 0, indents: 0, notAscii: 0 }
  let depth = 0
  let isInString = false
  for (let index = 0; index < bytes.length; index++) {
    const byte = bytes[index] ?? 0
    if (byte < 0x20 || byte > 0x7e) survey.notAscii++
    if (isInString) {
      if (byte === BACKSLASH) index++
      else if (byte === QUOTE) isInString = false
      continue
    }
    switch (byte | BRACKET_BIT) {
      case 0x7b:
        survey.marks++
        depth++
        if (depth > survey.depth) survey.depth = depth
        break
      case 0x7d:
        depth--
        break
      default:
        if (byte === QUOTE) isInString = true
        if (byte === COLON) survey.marks++
        if (byte !== COMMA) continue
        survey.marks++
    }
    // A line break follows each opening bracket and comma, and precedes each closing bracket.
    survey.lines++
    survey.indents += Math.max(depth, 0)
  }
  return survey
}
