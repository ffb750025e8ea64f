import polka from 'polka'
import { address, path, receiveNode } from './receive.js'

polka()
  .all(path, receiveNode)
  .listen(...address)
