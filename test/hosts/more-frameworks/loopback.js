import { RestApplication } from '@loopback/rest'
import express from 'express'
import { address, receiveNode } from './receive.js'

const [port, host] = address
const app = new RestApplication({ rest: { port, host } })
const router = express.Router()
router.all('/truedy', receiveNode)
app.mountExpressRouter('/webhooks', router)
await app.start()
