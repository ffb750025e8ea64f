/** A Worker that runs one conformance case on its D1 database, asked by name; its answer is the error, if any. */

import { sqliteSchema, sqliteStore } from 'truedy-webhooks/stores/sqlite'
import { storeCases } from 'truedy-webhooks/testing'

export default {
  async fetch(request, env) {
    const name = await request.text()
    // One statement a line is what `exec` takes; `wrangler d1 execute --file` does the same.
    await env.DB.exec(sqliteSchema())
    const store = sqliteStore(
      async (sql, params) =>
        (
          await env.DB.prepare(sql)
            .bind(...params)
            .all()
        ).results,
    )
    const { run } = storeCases.find((storeCase) => storeCase.name === name)
    const error = await run(store).then(
      () => null,
      (reason) => String(reason),
    )
    return Response.json(error)
  },
}
