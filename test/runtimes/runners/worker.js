/** For workerd, which runs a Worker: answers with what came out. */

import { runAll } from '../cases/run-all.js'

export default {
  async fetch() {
    return Response.json(await runAll())
  },
}
