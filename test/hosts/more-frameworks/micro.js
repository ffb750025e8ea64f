import { createServer } from 'node:http'
import { serve } from 'micro'
import { address, receiveNode } from './receive.js'

createServer(serve(receiveNode)).listen(...address)
