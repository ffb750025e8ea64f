import { createServer } from 'node:http'
import { createServerAdapter } from '@whatwg-node/server'
import { address, receiveFetch } from './receive.js'

createServer(createServerAdapter((request) => receiveFetch(request))).listen(...address)
