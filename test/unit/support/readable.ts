/** Making texts fit for a snapshot: what is another each time gets a name, and what is long is cut. */

export const UUID = /[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}/g

/** Puts a name with a number in place of what a pattern finds, the same for the same: `id-1`, `id-2`. */
export function numbering(pattern: RegExp, name: string): (text: string) => string {
  const found: string[] = []
  return (text) =>
    text.replace(pattern, (each) => {
      if (!found.includes(each)) found.push(each)
      return `${name}-${found.indexOf(each) + 1}`
    })
}

/** Puts `x*500` in place of so many. */
export function withoutRuns(text: string): string {
  return text.replace(/(.)\1{20,}/gu, (run, character) => `${character}*${run.length / character.length}`)
}
