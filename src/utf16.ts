/** UTF-16 code units, which is what JSON and this package's keys escape. */

/** The four hexadecimal digits of a text's first code unit. */
export function hexOfUnit(unit: string): string {
  return unit.charCodeAt(0).toString(16).padStart(4, '0')
}
