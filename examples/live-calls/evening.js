/** Invents an evening at a front desk: what Truedy would send, and when. */

/** @typedef {{ at: number, payload: { timestamp: string } }} TimedDelivery - `at`: milliseconds since 1970 */

const AGENTS = ['Front desk', 'Reservations', 'Guest services', 'Spa and wellness', 'Billing questions']
const ERRORS = ['The connection to the caller was lost.', 'The carrier rejected the call.']
const SECOND = 1000

/**
 * Returns the deliveries of all calls that begin in a span of time, in the order in which they arrive.
 *
 * One in fifteen arrives half a minute late, as a retry does, so some arrive out of order. One in thirty arrives twice.
 *
 * @param {object} span
 * @param {number} span.from - milliseconds since 1970
 * @param {number} span.until
 * @param {number} [span.secondsBetween] - from one call to the next, on average
 * @param {() => number} [span.random] - at least 0, less than 1
 * @returns {TimedDelivery[]}
 */
export function evening({ from, until, secondsBetween = 14, random = Math.random }) {
  const between = (least, most) => least + random() * (most - least)
  const oneOf = (list) => list[Math.floor(random() * list.length)]
  const chance = (share) => random() < share
  const hex = (length) => Array.from({ length }, () => Math.floor(random() * 16).toString(16)).join('')
  const uuid = () => [8, 4, 4, 4, 12].map(hex).join('-')
  const agents = AGENTS.map((name) => ({ agentId: uuid(), name }))

  /** @returns {{ timestamp: string }[]} */
  function eventsOf(createdAt) {
    const isJoined = !chance(0.08)
    const isFailed = isJoined ? chance(0.05) : chance(0.3)
    const joinedAt = createdAt + between(2, 9) * SECOND
    const talkSeconds = isJoined ? between(4, 60) * between(1, 5) : 0
    const endedAt = isJoined ? joinedAt + talkSeconds * SECOND : createdAt + 30 * SECOND
    const cost = (seconds) => Number((0.01 + (seconds / 60) * 0.09).toFixed(4))
    const billedSeconds = Math.ceil(talkSeconds / 6) * 6
    const reasons = ['hangup', 'hangup', 'agent_hangup', talkSeconds > 240 ? 'timeout' : 'completed']
    const endReason = !isJoined ? 'unjoined' : isFailed ? 'connection_error' : oneOf(reasons)

    const created = {
      callId: uuid(),
      agent: oneOf(agents),
      created: iso(createdAt),
      joined: null,
      ended: null,
    }
    const joined = { ...created, joined: isJoined ? iso(joinedAt) : null, costUsd: cost(0) }
    const over = {
      ...joined,
      ended: iso(endedAt),
      endReason,
      duration: Number(talkSeconds.toFixed(1)),
      costUsd: isJoined ? cost(talkSeconds) : 0,
      ...(isFailed && { errorMessage: oneOf(ERRORS) }),
    }
    const billed = {
      ...over,
      billedDuration: `${billedSeconds}s`,
      billingStatus: 'BILLING_STATUS_BILLED',
      costUsd: isJoined ? cost(billedSeconds) : 0,
    }
    const event = (name, at, call) => ({
      event: name,
      id: `evt_${hex(16)}`,
      timestamp: iso(at),
      data: { event: name, call },
    })
    return [
      event('call.started', createdAt, created),
      ...(isJoined ? [event('call.joined', joinedAt, joined)] : []),
      event(isFailed ? 'call.failed' : 'call.ended', endedAt, over),
      ...(isFailed ? [] : [event('call.billed', endedAt + between(2, 20) * SECOND, billed)]),
    ]
  }

  const deliveries = []
  for (let at = from; at < until; at += between(0, 2 * secondsBetween) * SECOND) {
    for (const payload of eventsOf(at)) {
      const isLate = chance(1 / 15)
      const arrival = Date.parse(payload.timestamp) + between(0.1, 0.6) * SECOND + (isLate ? 30 * SECOND : 0)
      deliveries.push({ at: arrival, payload })
      if (chance(1 / 30)) deliveries.push({ at: arrival + between(0, 3) * SECOND, payload })
    }
  }
  return deliveries.sort((a, b) => a.at - b.at)
}

function iso(milliseconds) {
  return new Date(milliseconds).toISOString()
}
