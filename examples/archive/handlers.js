/** The handlers of events. */

/** Processes each event as it arrives. Change this. */
export const live = {
  onEvent: (event, { key }) => console.log(JSON.stringify({ processed: event.event, key })),
}

/** The backfills by name: handlers for events that are already in the archive. Each backfill gets each event once. */
export const backfills = {
  durations: {
    on: { 'call.ended': (event, { key }) => console.log(JSON.stringify({ backfilled: event.event, key })) },
  },
}
