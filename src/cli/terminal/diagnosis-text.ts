/** A diagnosis as a person reads it. */

import type { Diagnosis } from '../../diagnose/index.js'
import type { Paint } from './paint.js'

const WIDTH = 100

/** The lines of a diagnosis: the cause, what happened, what to do. */
export function diagnosisLines({ causes, explanation, fix }: Diagnosis, paint: Paint): string[] {
  return [
    `${'cause'.padEnd(7)}${paint.bold(causes.join(' + '))}`,
    ...labelled('why', explanation),
    ...labelled('fix', fix),
  ]
}

function labelled(label: string, text: string): string[] {
  return wrap(text, WIDTH - 7).map((line, index) => (index === 0 ? label : '').padEnd(7) + line)
}

/** Breaks a text at spaces into lines of at most so many characters, where its words let it. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line)
      line = word
    } else {
      line = line === '' ? word : `${line} ${word}`
    }
  }
  return [...lines, line]
}
