/** Suggestions for misspelled words. */

/**
 * Returns ` Did you mean "send"?`, with a space in front, or an empty string if no candidate is similar.
 *
 * @param word - the word that was typed
 * @param candidates - the correct words
 * @param show - formats a candidate; by default, in quotes
 */
export function didYouMean(
  word: string,
  candidates: readonly string[],
  show: (candidate: string) => string = (candidate) => `"${candidate}"`,
): string {
  const lower = word.toLowerCase()
  const [nearest] = candidates
    .map((candidate) => ({ candidate, edits: distance(lower, candidate.toLowerCase()) }))
    .sort((a, b) => a.edits - b.edits)
  // At most a third of the letters may differ, or one letter in a short word. Otherwise, it is another word.
  const isNear = nearest && nearest.edits <= Math.max(1, Math.floor(nearest.candidate.length / 3))
  return isNear ? ` Did you mean ${show(nearest.candidate)}?` : ''
}

/** Counts the letters to add, remove, change or swap with their neighbor (Damerau–Levenshtein). */
function distance(a: string, b: string): number {
  let beforeLast: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const isSame = a[i - 1] === b[j - 1]
      // At the start of a word, an index here is -1 and gives `undefined`, which equals no letter.
      const isSwapped = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      row[j] = Math.min(
        (last[j] ?? 0) + 1,
        (row[j - 1] ?? 0) + 1,
        (last[j - 1] ?? 0) + (isSame ? 0 : 1),
        isSwapped ? (beforeLast[j - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY,
      )
    }
    beforeLast = last
    last = row
  }
  return last[b.length] ?? 0
}
