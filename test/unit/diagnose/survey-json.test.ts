import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type JsonSurvey, surveyJson } from '../../../src/diagnose/survey-json.js'

/** Does the same for characters, one measure at a time, with all strings emptied first. */
function expectedSurvey(text: string): JsonSurvey {
  const structure = text.replace(/"(?:[^"\\]|\\.)*"/gsu, '""')
  const depths: number[] = []
  let depth = 0
  for (const [character] of structure.matchAll(/[[\]{},]/g)) {
    if ('[{'.includes(character)) depth++
    if (']}'.includes(character)) depth--
    depths.push(depth)
  }
  return {
    marks: structure.match(/[,:[{]/g)?.length ?? 0,
    depth: Math.max(0, ...depths),
    lines: depths.length,
    indents: depths.reduce((sum, each) => sum + each, 0),
    notAscii: Buffer.from(text).filter((byte) => byte < 0x20 || byte > 0x7e).length,
  }
}

describe('surveyJson', () => {
  it('measures JSON of any shape', () => {
    const texts = fc
      .tuple(fc.jsonValue({ maxDepth: 6, stringUnit: 'binary' }), fc.constantFrom(0, 1, '\t'))
      .map(([value, indent]) => JSON.stringify(value, null, indent))
    fc.assert(
      fc.property(texts, (text) => {
        expect(surveyJson(Buffer.from(text))).toEqual(expectedSurvey(text))
      }),
      {
        examples: [
          ['{"a":[1,{"b":"\\"[,]"}],"c":"\\\\"}'],
          ['["~\u007f\u001f ü😀","[","{",":",",","]"]'],
          ['[[],[[[]]],[]]'],
          ['"{"'],
        ],
      },
    )
  })

  it('counts no level below zero in text that is not JSON', () => {
    expect(surveyJson(Buffer.from(']],['))).toEqual({ marks: 2, depth: 0, lines: 4, indents: 0, notAscii: 0 })
  })
})
