/** The three ways to verify: on node:crypto, on WebCrypto, and without a promise. */

import * as main from '../../dist/index.js'
import * as node from '../../dist/node.js'
import { signDelivery } from '../../dist/testing.js'
import { countSubtleVerify, importOnWebCrypto } from '../bench/webcrypto.mjs'

const SECRET = 'whsec_web'
const { body, headers } = await signDelivery('{}', SECRET)
const deliver = (library: typeof main) => library.verifySignature(body, headers, SECRET)

/** The asynchronous entry in a runtime without `node:crypto`. */
export const web = await importOnWebCrypto(deliver)
if ((await countSubtleVerify(() => deliver(web))) !== 1) throw new Error('The copy does not use WebCrypto.')

export { main, node }
