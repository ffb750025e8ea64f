/** For browsers and workers. Leaves what came out, and whether there is a process, on the global object. */

import { handleDeliveries } from './deliveries.js'

globalThis.outcome = handleDeliveries().then((outcome) => ({ ...outcome, process: typeof process }))
