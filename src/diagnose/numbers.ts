/** Spells the numbers of JSON as JavaScript does. */

/** Spells a number as `JSON.stringify(JSON.parse(token))` does. */
export function spellAsJavaScript(token: string): string {
  return JSON.stringify(Number(token))
}
