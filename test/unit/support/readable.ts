/** Makes strings suitable for a snapshot: replaces what differs between runs, and shortens what is long. */

export const UUID = /[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}/g

/** Replaces each match with a numbered name, equal matches with the same one: `id-1`, `id-2`. */
export function numbering(pattern: RegExp, name: string): (text: string) => string {
  const found: string[] = []
  return (text) =>
    text.replace(pattern, (each) => {
      if (!found.includes(each)) found.push(each)
      return `${name}-${found.indexOf(each) + 1}`
    })
}

/** Replaces long runs of one character with `x*500`. */
export function withoutRuns(text: string): string {
  return text.replace(/(.)\1{20,}/gu, (run, character) => `${character}*${run.length / character.length}`)
}
