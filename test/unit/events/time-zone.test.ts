/** In a file of its own: a thread, which some runners of tests use, cannot have a zone of its own. */

import { expect, it, vi } from 'vitest'
import { eventTime } from '../../../src/index.js'

it.each(['America/New_York', 'Asia/Kathmandu', 'UTC'])(
  'the time of an event does not depend on the zone of the machine: %s',
  (zone) => {
    vi.stubEnv('TZ', zone)
    // A local time that the spring of New York leaves out.
    const timestamp = '2026-03-08T02:30:00.123456'
    const time = eventTime({ event: 'call.ended', timestamp, data: {} } as never)
    const offset = new Date(2026, 0, 1).getTimezoneOffset()
    vi.unstubAllEnvs()
    expect(time?.getTime()).toBe(Date.UTC(2026, 2, 8, 2, 30, 0, 123))
    // The zone was in force.
    expect(offset).toBe({ 'America/New_York': 300, 'Asia/Kathmandu': -345, UTC: 0 }[zone])
  },
)
