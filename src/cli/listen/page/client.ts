/** The script of the page: connects the feed, the list, the details, the keyboard and the mouse. */

import type { DeliveryLine } from '../delivery-line.js'
import { addDelivery, applyFilter, clearList, filter, moveFocus, rowOf } from './delivery-list.js'
import { closeDetails, details, openDetails, returnToList } from './details-view.js'
import { byId } from './dom.js'

const connection = byId('connection', HTMLSpanElement)
const command = byId('command', HTMLElement)
const copy = byId('copy', HTMLButtonElement)

// --- The feed -------------------------------------------------------------------------------------------------------

/** True if the feed now sends new deliveries. Before that, it sends those that arrived before the page was opened. */
let isLive = false

function showConnection(isOpen: boolean): void {
  connection.textContent = isOpen ? 'connected' : 'not connected; check that listen is running'
  connection.classList.toggle('lost', !isOpen)
}

// A relative URL, like all URLs here, because the path of the page starts with the token that its server requires.
const feed = new EventSource('events')
feed.onopen = () => showConnection(true)
feed.onerror = () => showConnection(false)
// The server sends this on the first connection, and after a restart, when the numbers start at 1 again.
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
  // On a narrow screen, the details hide the list.
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
    // The browser can't write to the clipboard. Select the command, so that the reader can copy it.
    getSelection()?.selectAllChildren(command)
    copy.textContent = 'Selected'
  }
  setTimeout(() => {
    copy.textContent = 'Copy'
  }, 2000)
})
