/** Formats numbers and times in the language of the page, English. */

const money = new Intl.NumberFormat('en', { style: 'currency', currency: 'USD' })
const time = new Intl.DateTimeFormat('en', { timeStyle: 'medium', hourCycle: 'h23' })

/** @param {number} amount */
export function usd(amount) {
  return amount > 0 && amount < 0.01 ? '< $0.01' : money.format(amount)
}

/**
 * Formats the time of day in the reader's time zone.
 *
 * @param {number} milliseconds - since 1970
 */
export function clockTime(milliseconds) {
  return time.format(milliseconds)
}

/**
 * Formats a duration: `4:05`, `1:04:05`.
 *
 * @param {number} seconds
 */
export function duration(seconds) {
  const whole = Math.floor(seconds)
  const hours = Math.floor(whole / 3600)
  const minutes = Math.floor(whole / 60) % 60
  const rest = String(whole % 60).padStart(2, '0')
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, '0')}:${rest}` : `${minutes}:${rest}`
}
