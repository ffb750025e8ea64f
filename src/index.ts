/** `truedy-webhooks`: everything a receiver needs, in every runtime. */

export type { RawBody } from './bytes.js'
export {
  type DuplicateOptions,
  type HandlerContext,
  type HandlerSignal,
  isDuplicate,
  type KeyOf,
  type Processed,
  type ProcessOptions,
  processOnce,
} from './dedupe.js'
export { dedupeKey } from './dedupe-key.js'
export { type CallDetails, callDetails, type EventIds, eventIds, eventTime } from './details.js'
export { isWebhookError, WebhookError, type WebhookErrorCode, type WebhookErrorStatus } from './errors.js'
export type {
  Agent,
  Batch,
  BatchData,
  BatchStatus,
  BillingStatus,
  Call,
  CallData,
  EndReason,
  Envelope,
  EventName,
  EventOf,
  EventPayloads,
  TruedyEvent,
  UnknownEvent,
  Voice,
  VoiceData,
  VoiceStatus,
} from './events.js'
export { createWebhookHandler, type FetchResponse } from './handler.js'
export type { HeaderNames, HeadersInput } from './headers.js'
export type { Secret } from './keys.js'
export type { VerifyOptions } from './options.js'
export { parseEvent } from './parse.js'
export { createReceiver, type Delivery } from './receiver.js'
export type { EventHandlers, Outcome, ReceiverOptions } from './receiver-options.js'
export type { Reply } from './reply.js'
export type { BodyLimit, RequestLike } from './request.js'
export type { Awaitable, Claim, DedupeStore } from './store.js'
export { type MemoryStoreOptions, memoryStore } from './stores/memory.js'
export {
  type Verification,
  type VerificationFailure,
  verifyAndParse,
  verifyRequest,
  verifySignature,
} from './verify.js'
