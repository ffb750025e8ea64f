/** The three ways to verify: on node:crypto, on WebCrypto, and without a promise. */

import * as main from '../../dist/index.js'
import * as node from '../../dist/node.js'
import { importOnWebCrypto } from '../bench/webcrypto.mjs'

/** The asynchronous entry where there is no `node:crypto`. */
export const web = await importOnWebCrypto()
export { main, node }
