/** Spells the numbers of JSON as JavaScript does. */

/** A number as `JSON.stringify(JSON.parse(token))` spells it. */
export function spellAsJavaScript(token: string): string {
  return JSON.stringify(Number(token))
}
