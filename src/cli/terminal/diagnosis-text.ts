/** A diagnosis as a person reads it. */

import type { Diagnosis } from '../../diagnose/index.js'
import type { Paint } from './paint.js'
import { wrapLabeled } from './wrap.js'

/** The columns of the labels in front of a diagnosis. */
export const LABEL_COLUMNS = 7

/**
 * The lines of a diagnosis: the cause, what happened, what to do.
 *
 * @param columns - the width of a line, its label included
 */
export function diagnosisLines(
  { causes, explanation, fix }: Diagnosis,
  paint: Paint,
  columns: number,
): string[] {
  return [
    `${'cause'.padEnd(LABEL_COLUMNS)}${paint.bold(causes.join(' + '))}`,
    ...wrapLabeled('why', explanation, LABEL_COLUMNS, columns),
    ...wrapLabeled('fix', fix, LABEL_COLUMNS, columns),
  ]
}
