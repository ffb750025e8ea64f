/** `truedy-webhooks/node`: functions for runtimes that have Node's modules. */

export { createNodeHandler, type NodeRequest, type NodeResponse } from './receive/node-handler.js'
export { verifyAndParseSync, verifySignatureSync } from './verify/verify-sync.js'
