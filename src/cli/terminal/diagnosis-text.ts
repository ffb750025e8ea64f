/** Formats a diagnosis for people. */

import type { Diagnosis } from '../../diagnose/index.js'
import type { Paint } from './paint.js'
import { wrapLabeled } from './wrap.js'

/** The width of the labels before the parts of a diagnosis. */
export const LABEL_COLUMNS = 7

/**
 * Formats the lines of a diagnosis: the cause, what happened, what to do.
 *
 * @param columns - the width of a line, including its label
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
