/** Updates the page from the server's feed. */

import { isInProgress, totalsOf } from './figures.js'
import { clockTime, duration, usd } from './format.js'
import { byTime, createRow, fillRow, placeRow, tickRow } from './rows.js'

/** The server sends a heartbeat every 15 s. After this much silence, the page assumes that the connection is lost. */
const SILENCE_MS = 40_000
const RETRY_MS = 3000
/** How often a screen reader gets a summary. Announcing every call would be too much. */
const ANNOUNCE_MS = 30_000

const TITLE = document.title

const element = (id) => document.getElementById(id)
const filter = element('filter')
const { show, text: search } = filter.elements

/** The calls and their rows, by the ids of the calls. */
const entries = new Map()

// ---- The time by the server's clock, because this machine's may be wrong.

let serverTime = { now: 0, at: 0 }
/** Set while the connection is lost, so that the durations of calls in progress stop. */
let stoppedAt

function now() {
  return stoppedAt ?? serverTime.now + performance.now() - serverTime.at
}

function setTime(serverNow) {
  serverTime = { now: serverNow, at: performance.now() }
}

// ---- The feed.

let feed
let heardAt = 0

function connect() {
  feed?.close()
  feed = new EventSource('/events')
  heardAt = performance.now()
  feed.addEventListener('open', () => hear())
  feed.addEventListener('error', lose)
  feed.addEventListener('snapshot', (message) => hear(message, showSnapshot))
  feed.addEventListener('change', (message) => hear(message, showChange))
  feed.addEventListener('heartbeat', (message) => hear(message, (data) => setTime(data.now)))
}

function hear(message, apply) {
  heardAt = performance.now()
  stoppedAt = undefined
  if (message) apply(JSON.parse(message.data))
  setConnection('live', 'Live')
}

function lose() {
  if (serverTime.at > 0) stoppedAt ??= now()
  const dataTime = stoppedAt === undefined ? '' : ` Data as of ${clockTime(stoppedAt)}.`
  setConnection('lost', `Connection lost, reconnecting.${dataTime}`)
  // Shows the durations as of `stoppedAt`. The last tick may be up to a second older.
  tickRows()
  // An EventSource reconnects by itself, unless the server rejected it.
  if (feed.readyState === EventSource.CLOSED) setTimeout(connect, RETRY_MS)
}

function setConnection(state, text) {
  const connection = element('connection')
  connection.dataset.connection = state
  if (connection.textContent !== text) connection.textContent = text
}

function showSnapshot({ calls }) {
  const known = new Set(calls.map(({ id }) => id))
  for (const id of entries.keys()) if (!known.has(id)) remove(id)
  // Inserts rows from the bottom up, because `placeRow` is fastest at the top.
  for (const call of calls.sort(byTime).reverse()) update(call)
  drawSoon()
}

function showChange({ call, removed }) {
  if (call) flash(update(call))
  removed.forEach(remove)
  drawSoon()
}

function update(call) {
  const entry = entries.get(call.id) ?? createRow(call)
  entries.set(call.id, entry)
  entry.row.dataset.id = call.id
  fillRow(entry, call, now())
  placeRow(entry, entries)
  entry.row.hidden = !isShown(entry)
  return entry
}

function remove(id) {
  entries.get(id)?.row.remove()
  entries.delete(id)
}

/** Highlights a row that has changed. */
function flash({ row }) {
  if (matchMedia('(prefers-reduced-motion: reduce)').matches) return
  row.animate([{ backgroundColor: 'var(--changed)' }, { backgroundColor: 'transparent' }], 1500)
}

// ---- Filter and search.

function isShown({ call, text }) {
  const isOfState =
    show.value === 'all' || (show.value === 'inProgress' ? isInProgress(call) : call.state === show.value)
  return isOfState && text.includes(search.value.trim().toLowerCase())
}

function applyFilter() {
  for (const entry of entries.values()) entry.row.hidden = !isShown(entry)
  draw()
  announceSoon()
}

filter.addEventListener('input', applyFilter)
filter.addEventListener('submit', (event) => event.preventDefault())
element('show-all').addEventListener('click', () => {
  filter.reset()
  applyFilter()
  search.focus()
})

// ---- Totals, and the notices when there are no calls to show.

let isDrawDue = false

/** Draws at most once per frame, however many changes arrive. */
function drawSoon() {
  if (!isDrawDue) requestAnimationFrame(draw)
  isDrawDue = true
}

function draw() {
  isDrawDue = false
  const totals = totalsOf(
    [...entries.values()].map(({ call }) => call),
    now(),
  )
  const texts = {
    ...totals,
    talkTime: duration(totals.talkSeconds),
    cost: usd(totals.costUsd),
  }
  for (const total of document.querySelectorAll('[data-total]')) setText(total, texts[total.dataset.total])
  for (const count of document.querySelectorAll('[data-count]')) setText(count, texts[count.dataset.count])
  setText(document.querySelector('title'), totals.inProgress > 0 ? `(${totals.inProgress}) ${TITLE}` : TITLE)
  element('empty').hidden = totals.all > 0 || serverTime.at === 0
  element('no-match').hidden = totals.all === 0 || shownCount() > 0
}

function shownCount() {
  return document.querySelectorAll('tbody tr:not([hidden])').length
}

function setText(element, value) {
  const text = typeof value === 'number' ? value.toLocaleString('en') : value
  if (element.textContent !== text) element.textContent = text
}

// ---- For screen readers: a summary now and then.

let announceTimer

function announce() {
  const totals = totalsOf(
    [...entries.values()].map(({ call }) => call),
    now(),
  )
  const isFiltered = shownCount() < totals.all
  const shown = isFiltered ? `${shownCount()} of ${totals.all} calls shown. ` : ''
  const counts = `${totals.inProgress} in progress, ${totals.ended} ended, ${totals.failed} failed.`
  setText(element('summary'), shown + counts)
}

/** Announces soon after a change of the filter, once the user has stopped typing. */
function announceSoon() {
  clearTimeout(announceTimer)
  announceTimer = setTimeout(announce, 700)
}

function tickRows() {
  for (const entry of entries.values()) if (isInProgress(entry.call)) tickRow(entry, now())
}

// ---- Start.

connect()
setInterval(() => {
  if (performance.now() - heardAt > SILENCE_MS) {
    connect()
    lose()
  }
  tickRows()
  draw()
}, 1000)
setInterval(announce, ANNOUNCE_MS)
