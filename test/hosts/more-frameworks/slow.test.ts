/** Ten more frameworks and adapters on Node 22, which some of the newest versions need. */

import { afterAll, beforeAll, describe } from 'vitest'
import { type Server, startServer } from '../../support/driver.js'
import { installHost, testEndpoint } from '../endpoint.js'

let folder: string

beforeAll(async () => {
  folder = await installHost('more-frameworks')
})

describe.each([
  ['@hapi/hapi', 'hapi.js'],
  ['restify', 'restify.js'],
  ['polka', 'polka.js'],
  ['micro', 'micro.js'],
  ['@tinyhttp/app', 'tinyhttp.js'],
  ['FeathersJS on Koa', 'feathers.js'],
  ['@whatwg-node/server', 'whatwg-node.js'],
  ['connect', 'connect.js'],
  ['LoopBack', 'loopback.js'],
  ['Sails', 'sails.js'],
])('%s', (_, program) => {
  let server: Server

  beforeAll(async () => {
    server = await startServer(folder, { command: `exec node_modules/node/bin/node ${program}` })
  })
  afterAll(() => server?.stop())

  testEndpoint(() => ({ server, url: server.url }))
})
