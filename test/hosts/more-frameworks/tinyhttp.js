import { App } from '@tinyhttp/app'
import { address, path, receiveNode } from './receive.js'

const [port, host] = address
new App().all(path, receiveNode).listen(port, undefined, host)
