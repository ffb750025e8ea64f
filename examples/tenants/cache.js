/**
 * Caches the results of a lookup. Calls at the same moment share one lookup. A failed lookup isn't kept.
 *
 * @param find - the lookup
 * @param options - `ttlMs`: how long a result is kept; `max`: how many are kept, so that made-up names can't fill the memory
 */
export function cached(find, { ttlMs, max }) {
  const entries = new Map()

  return (name) => {
    const known = entries.get(name)
    if (known && known.expiresAt > Date.now()) return known.result
    const entry = { result: find(name), expiresAt: Date.now() + ttlMs }
    entries.delete(name)
    entries.set(name, entry)
    entry.result.catch(() => entries.get(name) === entry && entries.delete(name))
    // Removes the oldest lookup.
    if (entries.size > max) entries.delete(entries.keys().next().value)
    return entry.result
  }
}
