/** `truedy-webhooks`: everything that a receiver needs, in every runtime. */

export type { RawBody } from './bytes.js'
export { isDuplicate } from './dedupe/is-duplicate.js'
export { dedupeKey } from './dedupe/key.js'
export type { DuplicateOptions, KeyOf, ProcessOptions, StepOptions } from './dedupe/options.js'
export {
  type HandlerSignal,
  type ProcessContext,
  type Processed,
  processOnce,
} from './dedupe/process-once.js'
export type { Awaitable, Claim, DedupeStore } from './dedupe/store.js'
export { isWebhookError, WebhookError, type WebhookErrorCode, type WebhookErrorStatus } from './errors.js'
export { type BatchDetails, batchDetails } from './events/batch-details.js'
export { type CallDetails, callDetails } from './events/call-details.js'
export {
  type Envelope,
  type EventName,
  type EventOf,
  type EventPayloads,
  eventNames,
  type TruedyEvent,
  type UnknownEvent,
} from './events/catalogue.js'
export { type EventIds, eventIds } from './events/ids.js'
export { type ParsedEvent, parseEvent } from './events/parse.js'
export type {
  Agent,
  Batch,
  BatchData,
  BatchStatus,
  BillingStatus,
  Call,
  CallData,
  CallDirection,
  EndReason,
  ReportedCallStatus,
  RetentionPolicy,
  SipDetails,
  SipTerminationReason,
  Voice,
  VoiceData,
  VoiceStatus,
} from './events/payloads.js'
export { redact } from './events/redact.js'
export { eventTime } from './events/time.js'
export { type VoiceDetails, voiceDetails } from './events/voice-details.js'
export type { BodyLimit, RequestLike } from './read-body.js'
export type { EventContext, EventHandlers, HandlerContext, Handling, JobContext } from './receive/context.js'
export { createWebhookHandler, type FetchRequest, type FetchResponse } from './receive/fetch-handler.js'
export type { Queue, QueueJob } from './receive/job.js'
export { createJobHandler, type JobHandlerOptions, type JobOptionsBase } from './receive/job-handler.js'
export type {
  EndpointOptions,
  HandOffOptions,
  ProcessingOptions,
  ReceiverOptions,
} from './receive/options.js'
export type { KnownDelivery, Outcome } from './receive/outcome.js'
export { createReceiver, type Delivery } from './receive/receiver.js'
export type { Reply } from './receive/reply.js'
export type { Telemetry, TelemetryOptions } from './receive/telemetry.js'
export { type MemoryStoreOptions, memoryStore } from './stores/memory.js'
export type { HeadersInput } from './verify/headers.js'
export type { Secret } from './verify/keys.js'
export type { VerifyOptions } from './verify/options.js'
export {
  type Verification,
  type VerificationFailure,
  verifyAndParse,
  verifyRequest,
  verifySignature,
} from './verify/verify.js'
export type { HeaderNames } from './verify/wire.js'
