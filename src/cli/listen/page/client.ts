/** The script of the page: connects the feed, the list, the details, the keyboard and the mouse. */

import type { DeliveryLine } from '../delivery-line.js'
import { addDelivery, applyFilter, clearList, filter, moveFocus, rowOf } from './delivery-list.js'
import { closeDetails, details, openDetails, returnToList } from './details-view.js'
import { byId } from './dom.js'

const connection = byId('connection', HTMLSpanElement)
const command = byId('command', HTMLElement)
const copy = byId('copy', HTMLButtonElement)

// --- The feed -------------------------------------------------------------------------------------------------------

/** Tells whether the feed sends what arrives now, and not what arrived before. */
let isLive = false

function showConnection(isOpen: boolean): void {
  connection.textContent = isOpen ? 'connected' : 'not connected; check that listen is running'
  connection.classList.toggle('lost', !isOpen)
}

// Relative, like all addresses here: the path of the page begins with the token that its server asks for.
const feed = new EventSource('events')
feed.onopen = () => showConnection(true)
feed.onerror = () => showConnection(false)
// Sent by another run of the program, whose numbers start at 1.
feed.addEventListener('reset', () => {
  isLive = false
  closeDetails()
  clearList()
})
feed.addEventListener('live', () => {
  isLive = true
})
// The server of this page sends a DeliveryLine in every message.
feed.onmessage = ({ data }) => addDelivery(JSON.parse(data) as DeliveryLine, isLive)

// --- Mouse and keyboard ---------------------------------------------------------------------------------------------

byId('deliveries', HTMLOListElement).addEventListener('click', async ({ target }) => {
  const button = target instanceof Element ? target.closest('button') : null
  const row = button && rowOf(button)
  if (!row) return
  await openDetails(row)
  // On a narrow screen the details hide the list.
  if (matchMedia('(max-width: 820px)').matches) details.focus()
})

/** The number of rows by which a key moves the focus. */
const STEPS: Readonly<Record<string, number>> = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1 }

document.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return
  const target = event.target instanceof Element ? event.target : document.body
  if (event.key === 'Escape') {
    if (!details.hidden) returnToList()
    else if (target === filter) {
      filter.value = ''
      applyFilter()
      moveFocus(0)
    }
    return
  }
  if (event.key === 'ArrowDown' && target === filter) {
    event.preventDefault()
    moveFocus(0)
    return
  }
  if (target.matches('input, select, textarea')) return
  if (event.key === '/') {
    event.preventDefault()
    filter.focus()
    filter.select()
  }
  const isInDetails = details.contains(target) && target !== details
  const step = STEPS[event.key]
  if (isInDetails || step === undefined) return
  event.preventDefault()
  moveFocus(step)
})

copy.addEventListener('click', async () => {
  try {
    await navigator.clipboard.writeText(command.textContent ?? '')
    copy.textContent = 'Copied'
  } catch {
    // The browser can't or mustn't write to the clipboard. Select the text, so that the reader can copy it.
    getSelection()?.selectAllChildren(command)
    copy.textContent = 'Selected'
  }
  setTimeout(() => {
    copy.textContent = 'Copy'
  }, 2000)
})
