import { once } from 'node:events'
import { request } from 'node:http'

/** Sends a delivery to a server of this process; the status of the response. */
export async function post(server, { body, headers }) {
  const { port } = server.address()
  const sending = request({ host: '127.0.0.1', port, method: 'POST', headers, agent: false })
  sending.end(body)
  const [response] = await once(sending, 'response')
  response.resume()
  return response.statusCode
}
