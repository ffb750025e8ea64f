const globals = require('@jest/globals')
const main = require('truedy-webhooks')
const { createNodeHandler } = require('truedy-webhooks/node')
const testing = require('truedy-webhooks/testing')
const { webhookTests } = require('./webhook-tests.cjs')

webhookTests({ ...main, ...testing, createNodeHandler }, globals)
