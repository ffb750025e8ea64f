/** `truedy-webhooks/node`: what only Node-like runtimes have. */

export { createNodeHandler, type NodeRequest, type NodeResponse } from './receive/node-handler.js'
export { verifyAndParseSync, verifySignatureSync } from './verify/verify-sync.js'
