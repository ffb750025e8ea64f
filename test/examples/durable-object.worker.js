/** Does what a test asks for where the store runs: in workerd, beside its Durable Objects. */

import { storeCases } from 'truedy-webhooks/testing'
import { durableObjectStore, DedupeObject as ExampleObject } from './store.js'

/** The example's, with a window on its storage. */
export class DedupeObject extends ExampleObject {
  async stored() {
    return { records: [...this.ctx.storage.kv.list()].length, alarm: await this.ctx.storage.getAlarm() }
  }

  /** Rings the alarm before its time, as a clock that is ahead does: it is taken off, then processed. */
  async ringEarly() {
    await this.ctx.storage.deleteAlarm()
    await this.alarm()
  }
}

export default {
  /** `POST /<what>`, with the arguments as a JSON array; the answer is the result, or what was thrown. */
  async fetch(request, env) {
    if (request.method !== 'POST') return new Response()
    const [key, lease] = await request.json()
    const store = durableObjectStore(env.DEDUPE)
    const object = env.DEDUPE.getByName(key)
    const actions = {
      '/case': () => storeCases.find(({ name }) => name === key).run(store),
      '/claim': () => store.claim(key, lease),
      '/renew': () => store.renew(key, lease),
      '/complete': () => store.complete(key, lease),
      '/release': () => store.release(key, lease),
      '/stored': () => object.stored(),
      '/ringEarly': () => object.ringEarly(),
    }
    try {
      return Response.json({ result: await actions[new URL(request.url).pathname]() })
    } catch (error) {
      return Response.json({ thrown: error.message })
    }
  },
}
