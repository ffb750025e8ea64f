import Hapi from '@hapi/hapi'
import { address, path, receiveNode } from './receive.js'

const [port, host] = address
const server = Hapi.server({ port, host })
server.route({
  method: '*',
  path,
  options: {
    // hapi leaves the stream alone, and its own limit comes second.
    payload: { parse: false, output: 'stream', maxBytes: 4 * 1024 * 1024 },
    handler: async ({ raw }, h) => {
      await receiveNode(raw.req, raw.res)
      return h.abandon
    },
  },
})
await server.start()
