/** Formats numbers for people. */

/** Formats a number with separators: `10,000`. */
export function grouped(number: number): string {
  return number.toLocaleString('en')
}

/** Formats milliseconds: `3.2`, `150`. */
export function milliseconds(ms: number): string {
  return ms < 10 ? ms.toFixed(1) : grouped(Math.round(ms))
}

/** Formats a rate per second: `499.8`, `2,000`. */
export function perSecond(rate: number): string {
  return rate < 1000 ? rate.toFixed(1) : grouped(Math.round(rate))
}

/** Formats seconds in a unit that suits a duration: `250 ms`, `7.5 s`, `30 s`, `8 min`, `4.3 h`. */
export function duration(seconds: number): string {
  if (seconds < 1) return `${Math.round(seconds * 1000)} ms`
  if (seconds < 10) return `${round(seconds)} s`
  if (seconds < 120) return `${Math.round(seconds)} s`
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`
  return `${round(seconds / 3600)} h`
}

function round(number: number): string {
  return String(Math.round(number * 10) / 10)
}
