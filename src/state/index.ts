/** `truedy-webhooks/state`: merges the events of a call or batch, in any order, into its state. */

export { type BatchEvent, type BatchState, mergeBatch } from './batch.js'
export { type CallEvent, type CallState, type CallStatus, mergeCall } from './call.js'
