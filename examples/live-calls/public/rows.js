/** The rows of the table: calls in progress, the newest first, then finished calls, the latest end first. */

import { isInProgress, secondsOf } from './figures.js'
import { clockTime, duration, usd } from './format.js'

/** @import { Call } from '../calls.js' */

const STATES = { started: 'Started', joined: 'Joined', ended: 'Ended', failed: 'Failed' }

const END_REASONS = new Map(
  Object.entries({
    unjoined: 'Nobody joined',
    hangup: 'Caller hung up',
    agent_hangup: 'Agent hung up',
    timeout: 'Time limit reached',
    connection_error: 'Connection error',
    system_error: 'System error',
    completed: 'Completed',
  }),
)

const template = document.getElementById('row')
const inProgress = document.getElementById('in-progress')
const finished = document.getElementById('finished')

/** @param {Call} call */
export function createRow(call) {
  const row = template.content.firstElementChild.cloneNode(true)
  const cell = (name) => row.querySelector(name)
  return {
    call,
    row,
    text: '',
    parts: {
      icon: cell('use'),
      state: cell('.state span'),
      agent: cell('.agent'),
      outcome: cell('.outcome'),
      id: cell('.id'),
      start: cell('time'),
      end: cell('time:last-of-type'),
      duration: cell('.duration'),
      costNote: cell('small'),
      cost: cell('.cost span'),
    },
  }
}

/** Shows the current state of a call in its row. Values from events are set as text, never as markup. */
export function fillRow(entry, call, now) {
  const { row, parts } = entry
  const outcome = call.errorMessage ?? END_REASONS.get(call.endReason) ?? call.endReason ?? ''
  const agent = call.agentName ?? call.agentId ?? 'Unknown agent'
  entry.call = call
  entry.text = [STATES[call.state], agent, call.agentId, outcome, call.id].join('\n').toLowerCase()

  row.dataset.state = call.state
  parts.icon.setAttribute('href', `#${call.state}`)
  setText(parts.state, STATES[call.state])
  setText(parts.agent, agent)
  setText(parts.outcome, outcome)
  setText(parts.id, call.id)
  setTime(parts.start, call.createdAt)
  setTime(parts.end, call.endedAt)
  setText(parts.cost, call.costUsd === undefined ? '–' : usd(call.costUsd))
  setText(parts.costNote, costNote(call))
  // A tooltip shows the whole text, because a narrow cell cuts it off.
  for (const part of [parts.agent, parts.outcome, parts.id]) part.title = part.textContent
  tickRow(entry, now)
}

function costNote(call) {
  if (call.costUsd === undefined || call.isBilled) return ''
  return isInProgress(call) ? 'so far ' : 'unbilled '
}

/** Shows how long a call has taken so far. */
export function tickRow({ call, parts }, now) {
  const seconds = secondsOf(call, now)
  setText(parts.duration, seconds === undefined ? '–' : duration(seconds))
}

/** Moves a row to its place in the order. */
export function placeRow(entry, entries) {
  const { call, row } = entry
  const body = isInProgress(call) ? inProgress : finished
  const time = sortTime(call)
  let next = body.firstElementChild
  // New calls and newly finished ones belong at the top, so this loop is short.
  while (next && (next === row || sortTime(entries.get(next.dataset.id).call) > time))
    next = next.nextElementSibling
  if (row.parentElement !== body || row.nextElementSibling !== next) body.insertBefore(row, next)
}

/** Compares two calls: the latest comes first, as in the table. */
export function byTime(a, b) {
  return sortTime(b) - sortTime(a)
}

function sortTime(call) {
  return (isInProgress(call) ? call.createdAt : call.endedAt) ?? 0
}

function setTime(element, time) {
  setText(element, time === undefined ? '' : clockTime(time))
  if (time !== undefined) element.dateTime = new Date(time).toISOString()
}

function setText(element, text) {
  if (element.textContent !== text) element.textContent = text
}
