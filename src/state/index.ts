/** `truedy-webhooks/state`: the state of a call or a batch, from its events in any order. */

export { type BatchEvent, type BatchState, mergeBatch } from './batch.js'
export { type CallEvent, type CallState, type CallStatus, mergeCall } from './call.js'
