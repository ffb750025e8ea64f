/** What is done with an event. */

/** Processes each event as it arrives: change this. */
export const live = {
  onEvent: (event, { key }) => console.log(JSON.stringify({ processed: event.event, key })),
}

/** Handlers for events that are in the archive already, by the name of the backfill. Each backfill gets an event once. */
export const backfills = {
  durations: {
    on: { 'call.ended': (event, { key }) => console.log(JSON.stringify({ backfilled: event.event, key })) },
  },
}
