/**
 * Neon's serverless driver. It speaks PostgreSQL over a WebSocket, to a proxy that copies bytes between the WebSocket and the
 * server. Neon's own proxy is not on npm; the one here does the same in front of the server of the tests.
 */

import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { connect } from 'node:net'
import { neonConfig, Pool } from '@neondatabase/serverless'
import { type PostgresStore, postgresStore } from 'truedy-webhooks/stores/postgres'
import { createWebSocketStream, WebSocketServer } from 'ws'

export async function openNeon(url: string): Promise<PostgresStore> {
  const { hostname, port } = new URL(url)
  const proxy = new WebSocketServer({ host: '127.0.0.1', port: 0 })
  await once(proxy, 'listening')
  proxy.on('connection', (socket) => {
    const server = connect(Number(port), hostname)
    const client = createWebSocketStream(socket)
    client.pipe(server).pipe(client)
  })
  const address = `127.0.0.1:${(proxy.address() as AddressInfo).port}`
  neonConfig.wsProxy = () => address
  // Neon's documentation describes this for a proxy of one's own.
  neonConfig.useSecureWebSocket = false
  neonConfig.pipelineTLS = false
  neonConfig.pipelineConnect = false
  const pool = new Pool({ connectionString: url })
  return postgresStore((sql, params) => pool.query(sql, params))
}
