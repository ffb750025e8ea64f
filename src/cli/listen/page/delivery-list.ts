/** The list of deliveries, the newest first: what arrives, the filter, and the row that the tab key stops at. */

import type { DeliveryLine } from '../delivery-line.js'
import { announce } from './announcements.js'
import { type DeliveryRow, makeRow } from './delivery-row.js'
import { byId } from './dom.js'

const MAX_ROWS = 1000
/** How often a page in the background shows new deliveries; it gets no animation frames. */
const HIDDEN_FRAME_MS = 250

const scroller = byId('list', HTMLDivElement)
const list = byId('deliveries', HTMLOListElement)
const verdict = byId('verdict', HTMLSelectElement)
const count = byId('count', HTMLSpanElement)
const empty = byId('empty', HTMLDivElement)
const emptyTitle = byId('empty-title', HTMLHeadingElement)
const emptyText = byId('empty-text', HTMLParagraphElement)
const emptyCommand = byId('empty-command', HTMLDivElement)
export const filter = byId('filter', HTMLInputElement)

/** Rows by the number of their delivery, the oldest first. */
const rows = new Map<number, DeliveryRow>()
let arrived: { readonly delivery: DeliveryLine; readonly isNews: boolean }[] = []
let isFrameDue = false
let tabStop: HTMLButtonElement | undefined

/** Adds a delivery with the next frame; `isNews` if it came while the page was open. */
export function addDelivery(delivery: DeliveryLine, isNews: boolean): void {
  arrived.push({ delivery, isNews })
  if (isFrameDue) return
  isFrameDue = true
  if (document.hidden) setTimeout(showArrived, HIDDEN_FRAME_MS)
  else requestAnimationFrame(showArrived)
}

/** Removes all deliveries. */
export function clearList(): void {
  rows.clear()
  list.replaceChildren()
  arrived = []
  showCount()
}

/** The row of a button in the list. */
export function rowOf(button: HTMLButtonElement): DeliveryRow | undefined {
  return [...rows.values()].find((row) => row.button === button)
}

/** The element to focus when a row is closed: its button if that can be seen, or the one that the tab key would find. */
export function focusTarget(button: HTMLButtonElement | undefined): HTMLElement {
  // A filter may have hidden the button, or a thousand newer rows may have removed it.
  return button && isVisible(button) ? button : (tabStop ?? filter)
}

/** Moves the focus by so many rows. */
export function moveFocus(step: number): void {
  const buttons = [...list.querySelectorAll<HTMLButtonElement>('li:not([hidden]) > button')]
  const { activeElement } = document
  const at = activeElement instanceof HTMLButtonElement ? buttons.indexOf(activeElement) : -1
  buttons[at < 0 ? 0 : Math.min(Math.max(at + step, 0), buttons.length - 1)]?.focus()
}

/** Shows the rows that the filter and the verdict let through. */
export function applyFilter(): void {
  for (const row of rows.values()) row.item.hidden = !isMatch(row)
  showCount()
}

function isMatch({ text, delivery }: DeliveryRow): boolean {
  const words = filter.value.toLowerCase().split(' ')
  return (
    (verdict.value === '' || delivery.outcome === verdict.value) && words.every((word) => text.includes(word))
  )
}

/** Shows everything that arrived since the last frame, at once. */
function showArrived(): void {
  isFrameDue = false
  const fragment = document.createDocumentFragment()
  const isScrolled = scroller.scrollTop > 0
  // Asked only if needed, because it makes the browser lay out the list.
  const heightBefore = isScrolled ? scroller.scrollHeight : 0
  for (const { delivery, isNews } of arrived) {
    if (rows.has(delivery.number)) continue
    const row = makeRow(delivery)
    row.item.hidden = !isMatch(row)
    if (isNews) row.button.classList.add('fresh')
    rows.set(delivery.number, row)
    fragment.prepend(row.item)
  }
  announce(arrived.filter(({ isNews }) => isNews).map(({ delivery }) => delivery))
  arrived = []
  list.prepend(fragment)
  for (const [number, { item }] of rows) {
    if (rows.size <= MAX_ROWS) break
    rows.delete(number)
    item.remove()
  }
  // A reader further down keeps the place.
  if (isScrolled) scroller.scrollTop += scroller.scrollHeight - heightBefore
  showCount()
}

function showCount(): void {
  const shown = [...rows.values()].filter(({ item }) => !item.hidden).length
  const isEmpty = rows.size === 0
  const all = `${rows.size} deliveries`
  count.textContent = isEmpty ? '' : shown === rows.size ? all : `${shown} of ${all}`
  empty.hidden = shown > 0
  emptyTitle.textContent = isEmpty ? 'No deliveries yet' : 'No delivery matches'
  emptyText.hidden = !isEmpty
  emptyCommand.hidden = !isEmpty
  keepTabStop()
}

/**
 * Keeps one row, the last that had the focus, as the only one that the tab key stops at. So the key leads on to the details,
 * and not through a thousand rows.
 */
function keepTabStop(button = tabStop): void {
  const next =
    button && isVisible(button)
      ? button
      : (list.querySelector<HTMLButtonElement>('li:not([hidden]) > button') ?? undefined)
  if (next === tabStop) return
  if (tabStop) tabStop.tabIndex = -1
  if (next) next.tabIndex = 0
  tabStop = next
}

function isVisible(button: HTMLButtonElement): boolean {
  return button.isConnected && button.parentElement?.hidden === false
}

filter.addEventListener('input', applyFilter)
verdict.addEventListener('input', applyFilter)
list.addEventListener('focusin', ({ target }) => {
  if (target instanceof HTMLButtonElement) keepTabStop(target)
})
document.addEventListener('visibilitychange', () => {
  // The frame that was asked for does not come as long as the page is hidden.
  if (document.hidden && isFrameDue) showArrived()
})
showCount()
