import restify from 'restify'
import { address, path, receiveNode } from './receive.js'

const server = restify.createServer()
for (const method of ['get', 'post', 'put', 'patch', 'del', 'head', 'opts']) {
  server[method](path, async (request, response) => receiveNode(request, response))
}
server.listen(...address)
