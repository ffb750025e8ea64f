import connect from 'connect'
import { address, path, receiveNode } from './receive.js'

connect()
  .use(path, receiveNode)
  .listen(...address)
