/** UTF-16 code units as hexadecimal digits, as in the escapes of JSON. */

/** Returns the four hexadecimal digits of a string's first code unit. */
export function hexOfUnit(unit: string): string {
  return unit.charCodeAt(0).toString(16).padStart(4, '0')
}
