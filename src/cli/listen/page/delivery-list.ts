/** Shows the list of deliveries, the newest first, with its filter and the row that the tab key stops at. */

import type { DeliveryLine } from '../delivery-line.js'
import { verdictOf } from '../verdict.js'
import { announce } from './announcements.js'
import { type DeliveryRow, makeRow } from './delivery-row.js'
import { byId } from './dom.js'

const MAX_ROWS = 1000
/** The interval at which a page in the background shows new deliveries, because it gets no animation frames. */
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
let arrived: { readonly delivery: DeliveryLine; readonly isNew: boolean }[] = []
let isFrameDue = false
let tabStop: HTMLButtonElement | undefined

/** Adds a delivery in the next frame. `isNew` is true if it arrived while the page was open. */
export function addDelivery(delivery: DeliveryLine, isNew: boolean): void {
  arrived.push({ delivery, isNew })
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

/** Finds the row of a button in the list. */
export function rowOf(button: HTMLButtonElement): DeliveryRow | undefined {
  return [...rows.values()].find((row) => row.button === button)
}

/** Returns the element to focus when a row is closed: its button if it is visible, otherwise the one that the tab key finds. */
export function focusTarget(button: HTMLButtonElement | undefined): HTMLElement {
  // A filter may have hidden the button, or a thousand newer rows may have removed it.
  return button && isVisible(button) ? button : (tabStop ?? filter)
}

/** Moves the focus by a number of rows. */
export function moveFocus(step: number): void {
  const buttons = [...list.querySelectorAll<HTMLButtonElement>('li:not([hidden]) > button')]
  const { activeElement } = document
  const at = activeElement instanceof HTMLButtonElement ? buttons.indexOf(activeElement) : -1
  buttons[at < 0 ? 0 : Math.min(Math.max(at + step, 0), buttons.length - 1)]?.focus()
}

/** Shows the rows that match the filter and the verdict. */
export function applyFilter(): void {
  for (const row of rows.values()) row.item.hidden = !isMatch(row)
  showCount()
}

function isMatch({ text, delivery }: DeliveryRow): boolean {
  const words = filter.value.toLowerCase().split(' ')
  return (
    (verdict.value === '' || verdictOf(delivery) === verdict.value) &&
    words.every((word) => text.includes(word))
  )
}

/** Shows everything that arrived since the last frame, at once. */
function showArrived(): void {
  isFrameDue = false
  const fragment = document.createDocumentFragment()
  const isScrolled = scroller.scrollTop > 0
  // Read only if needed, because it makes the browser lay out the list.
  const heightBefore = isScrolled ? scroller.scrollHeight : 0
  for (const { delivery, isNew } of arrived) {
    if (rows.has(delivery.number)) continue
    const row = makeRow(delivery)
    row.item.hidden = !isMatch(row)
    if (isNew) row.button.classList.add('fresh')
    rows.set(delivery.number, row)
    fragment.prepend(row.item)
  }
  announce(arrived.filter(({ isNew }) => isNew).map(({ delivery }) => delivery))
  arrived = []
  list.prepend(fragment)
  for (const [number, { item }] of rows) {
    if (rows.size <= MAX_ROWS) break
    rows.delete(number)
    item.remove()
  }
  // A reader who has scrolled down keeps their place.
  if (isScrolled) scroller.scrollTop += scroller.scrollHeight - heightBefore
  showCount()
}

function showCount(): void {
  const shown = [...rows.values()].filter(({ item }) => !item.hidden).length
  const isEmpty = rows.size === 0
  const all = `${rows.size} ${rows.size === 1 ? 'delivery' : 'deliveries'}`
  count.textContent = isEmpty ? '' : shown === rows.size ? all : `${shown} of ${all}`
  empty.hidden = shown > 0
  emptyTitle.textContent = isEmpty ? 'No deliveries yet' : 'No delivery matches'
  emptyText.hidden = !isEmpty
  emptyCommand.hidden = !isEmpty
  keepTabStop()
}

/**
 * Lets the tab key stop at one row only: the last one that had the focus. The next Tab then leads to the details instead of
 * through a thousand rows.
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
  // The requested frame doesn't come while the page is hidden.
  if (document.hidden && isFrameDue) showArrived()
})
showCount()
