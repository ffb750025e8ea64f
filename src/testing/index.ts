/** `truedy-webhooks/testing`: tools to test an endpoint, a store or a queue, in any test framework. */

export { type DeliverOptions, deliver } from './deliver.js'
export { checkEndpoint, type EndpointResult } from './endpoint/check-endpoint.js'
export type { Endpoint, EndpointCase, EndpointFinding } from './endpoint/endpoint-case.js'
export { endpointCases } from './endpoint/endpoint-cases.js'
export { playScenario, type ScenarioDelivery, type ScenarioOptions } from './play-scenario.js'
export type { QueueCase, QueueEngine } from './queue/queue-case.js'
export { queueCases } from './queue-cases.js'
export type {
  FlatSampleData,
  FlatSampleEvent,
  FlatSampleOverrides,
  KnownKeys,
  NestedCallData,
  Overrides,
  SampleData,
  SampleEvent,
  SampleName,
  SampleOverrides,
} from './sample-types.js'
export { flatSampleEvent, sampleEvent } from './samples.js'
export type { ScenarioName } from './scenarios/scenarios.js'
export { type SignedRequest, type SignOptions, signDelivery } from './sign.js'
export type { StoreCase } from './store/store-case.js'
export { storeCases } from './store-cases.js'
export type { FetchTarget, NodeTarget, ReceiveTarget, Target } from './target.js'
