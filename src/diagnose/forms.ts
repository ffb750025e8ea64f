/** The forms that programs write the same JSON in. */

import { spellAsPython, spellAsTruedy } from '../python-number.js'
import type { BodyGuess } from './body-guess.js'
import type { Budget } from './budget.js'
import { spellAsJavaScript } from './numbers.js'
import { MAX_DEPTH, readJson } from './read-json.js'
import type { Scratch } from './scratch.js'
import { PYTHON_SORTED } from './sorted-json.js'
import { type JsonSurvey, surveyJson } from './survey-json.js'
import { type JsonStyle, writeJson } from './write-json.js'

const PYTHON = { comma: ', ', colon: ': ' }
const COMPACT = { comma: ',', colon: ':' }
const INDENTED = { comma: ',', colon: ': ' }

const FORMS: readonly (readonly [name: string, style: JsonStyle])[] = [
  ['compact JSON, as JSON.stringify and newer HTTP clients write it', COMPACT],
  ["Python's plain json.dumps, ASCII-escaped", { ...PYTHON, isAscii: true }],
  ["Python's json.dumps with ensure_ascii=False", PYTHON],
  ['compact JSON, ASCII-escaped', { ...COMPACT, isAscii: true }],
  ['JSON indented by 2 spaces', { ...INDENTED, indent: '  ' }],
  ['JSON indented by 2 spaces, ASCII-escaped', { ...INDENTED, indent: '  ', isAscii: true }],
  ['JSON indented by 4 spaces', { ...INDENTED, indent: '    ' }],
  ['JSON indented by 4 spaces, ASCII-escaped', { ...INDENTED, indent: '    ', isAscii: true }],
  ['JSON indented by tabs', { ...INDENTED, indent: '\t' }],
]

/** Each value of a tree takes hundreds of bytes. A body of 500 kB that Truedy sends has fewer values than this. */
const MAX_MARKS = 50_000

/** All forms, with numbers as they are here, and as Python, Truedy and JavaScript spell them. Each body is valid up to the next. */
export function* guessForms(
  bytes: Uint8Array,
  text: string,
  budget: Budget,
  scratch: Scratch,
): Generator<BodyGuess> {
  const survey = surveyJson(bytes)
  if (survey.depth > MAX_DEPTH) {
    budget.leaveOut(
      `nested deeper than ${MAX_DEPTH} levels, the body was not tried in other spellings of JSON`,
    )
    return
  }
  if (survey.marks > MAX_MARKS) {
    budget.leaveOut('with over 50,000 values and keys, the body was not tried in other spellings of JSON')
    return
  }
  if (!budget.canBuild(bytes.length, survey.marks)) return
  scratch.begin(bytes.length)
  scratch.writeBytes(bytes)
  const seen = new Set([scratch.fingerprint()])
  try {
    const node = readJson(text)
    /** Writes a form into the scratch; `undefined` if it was there before, `false` if it costs too much. */
    const write = (style: JsonStyle): Uint8Array | undefined | false => {
      const size = maxSize(bytes.length, survey, style)
      if (!budget.canBuild(size, survey.marks)) return false
      scratch.begin(size)
      writeJson(node, style, scratch.writeText)
      const fingerprint = scratch.fingerprint()
      if (seen.has(fingerprint)) return undefined
      seen.add(fingerprint)
      return scratch.written()
    }
    for (const spellNumber of [undefined, spellAsPython, spellAsTruedy, spellAsJavaScript]) {
      for (const [detail, style] of FORMS) {
        const body = write(spellNumber ? { ...style, spellNumber } : style)
        if (body) yield { body, finding: { cause: 'body_reserialized', detail } }
        // This spelling changes no number, so all its forms were tried before.
        else if (body === undefined && spellNumber && style === COMPACT) break
      }
    }
    const body = write(PYTHON_SORTED)
    if (body) yield { body, finding: { cause: 'sender_sorted_json' } }
  } catch {
    // The body is not JSON, or has a number that Python can't read, so none of these programs wrote it.
  }
}

/** The longest spelling of a double has 24 characters. */
const MAX_NUMBER = 24

/** An upper bound of the bytes of a form. */
function maxSize(
  size: number,
  survey: JsonSurvey,
  { comma, colon, indent, isAscii, spellNumber }: JsonStyle,
): number {
  const { marks, lines, indents, notAscii } = survey
  const separators = marks * Math.max(comma.length, colon.length)
  const numbers = spellNumber ? (marks + 1) * MAX_NUMBER : 0
  // One byte becomes six characters (U+007F), two become six, four become twelve.
  const escapes = isAscii ? 5 * notAscii : 0
  const breaks = indent === undefined ? 0 : lines + indents * indent.length
  return size + separators + numbers + escapes + breaks
}
