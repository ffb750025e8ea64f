/** A diagnosis as a person reads it. */

import type { Diagnosis } from '../../diagnose/index.js'
import type { Paint } from './paint.js'
import { wrap } from './wrap.js'

/** Characters of a line, its label included. */
const LINE_WIDTH = 100
const LABEL_WIDTH = 7

/** The lines of a diagnosis: the cause, what happened, what to do. */
export function diagnosisLines({ causes, explanation, fix }: Diagnosis, paint: Paint): string[] {
  return [
    `${'cause'.padEnd(LABEL_WIDTH)}${paint.bold(causes.join(' + '))}`,
    ...labeledLines('why', explanation),
    ...labeledLines('fix', fix),
  ]
}

function labeledLines(label: string, text: string): string[] {
  return wrap(text, LINE_WIDTH - LABEL_WIDTH).map(
    (line, index) => (index === 0 ? label : '').padEnd(LABEL_WIDTH) + line,
  )
}
