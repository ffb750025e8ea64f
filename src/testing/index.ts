/** `truedy-webhooks/testing`: tools to test a receiver or a store, in any test framework. */

export { checkEndpoint, type EndpointResult } from './endpoint/check-endpoint.js'
export type { Endpoint, EndpointCase, EndpointFinding } from './endpoint/endpoint-case.js'
export { endpointCases } from './endpoint/endpoint-cases.js'
export { type SampleEvent, type SampleName, type SampleOptions, sampleEvent } from './samples.js'
export { type SignedRequest, type SignOptions, signDelivery } from './sign.js'
export type { StoreCase } from './store/store-case.js'
export { storeCases } from './store-cases.js'
