import { afterEach, describe, expect, it, jest } from '@jest/globals'
import * as main from 'truedy-webhooks'
import { createNodeHandler } from 'truedy-webhooks/node'
import * as testing from 'truedy-webhooks/testing'
import { webhookTests } from './webhook-tests.cjs'

webhookTests({ ...main, ...testing, createNodeHandler }, { describe, expect, it, jest, afterEach })
