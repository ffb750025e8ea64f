/** Guesses bodies that were re-serialized: the forms in which other programs write the same JSON. */

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

/** A limit on memory: each parsed value takes hundreds of bytes. Even a body of 500 kB from Truedy has fewer values than this. */
const MAX_MARKS = 50_000

/**
 * Yields all forms, with numbers spelled as they arrived, and as Python, Truedy and JavaScript spell them. Use each body before
 * you ask for the next one, which overwrites it.
 */
export function* guessForms(
  bytes: Uint8Array,
  text: string,
  budget: Budget,
  scratch: Scratch,
): Generator<BodyGuess> {
  const survey = surveyJson(bytes)
  if (survey.depth > MAX_DEPTH) {
    budget.leaveOut(
      `the body nests deeper than ${MAX_DEPTH} levels, so other forms of its JSON were not tried`,
    )
    return
  }
  if (survey.marks > MAX_MARKS) {
    budget.leaveOut('the body has over 50,000 values and keys, so other forms of its JSON were not tried')
    return
  }
  if (!budget.canBuild(bytes.length, survey.marks)) return
  scratch.begin(bytes.length)
  scratch.writeBytes(bytes)
  const seen = new Set([scratch.fingerprint()])
  try {
    const node = readJson(text)
    /** Writes a form into the scratch. Returns `undefined` for a form seen before, `false` for one that costs too much. */
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
        // This spelling changes no number, so all its forms have been tried.
        else if (body === undefined && spellNumber && style === COMPACT) break
      }
    }
    const body = write(PYTHON_SORTED)
    if (body) yield { body, finding: { cause: 'sender_sorted_json' } }
  } catch {
    // The body is not JSON, or has a number that Python can't read, so none of these programs wrote it.
  }
}

/** The length of the longest spelling of a double. */
const MAX_NUMBER = 24

/** Returns an upper bound for the size of a form, in bytes. */
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
