/** The adapters that run servers on AWS Lambda, called with the events that its front ends make. */

import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { sampleEvent, signDelivery } from 'truedy-webhooks/testing'
import { beforeAll, describe, expect, it } from 'vitest'
import { installHost } from '../endpoint.js'

const SECRET = 'whsec_serverless'
const PATH = '/webhooks/truedy'

const adapters = [
  'createReceiver, headers of lists',
  'createReceiver, headersDistinct',
  'serverless-http, Express',
  'serverless-http, a plain function',
  '@codegenie/serverless-express',
  '@vendia/serverless-express',
  'hono/aws-lambda',
  '@fastify/aws-lambda',
]

type Headers = Readonly<Record<string, string>>

/** The front end of a function, and how its events name the method and the headers. */
const frontEnds: Readonly<Record<string, (headers: Headers) => object>> = {
  'a REST API (payload 1.0)': (headers) => ({
    resource: '/{proxy+}',
    path: PATH,
    httpMethod: 'POST',
    headers,
    multiValueHeaders: toLists(headers),
    queryStringParameters: null,
    multiValueQueryStringParameters: null,
    pathParameters: { proxy: PATH.slice(1) },
    stageVariables: null,
    requestContext: {
      accountId: '123456789012',
      apiId: 'a1b2c3d4e5',
      httpMethod: 'POST',
      path: `/prod${PATH}`,
      protocol: 'HTTP/1.1',
      requestId: '1',
      stage: 'prod',
      resourcePath: '/{proxy+}',
      identity: { sourceIp: '192.0.2.1', userAgent: 'truedy' },
    },
  }),
  'an HTTP API or a function URL (payload 2.0)': (headers) => ({
    version: '2.0',
    routeKey: '$default',
    rawPath: PATH,
    rawQueryString: '',
    headers: lowerCase(headers),
    requestContext: {
      accountId: '123456789012',
      apiId: 'a1b2c3d4e5',
      domainName: 'a1b2c3d4e5.execute-api.eu-central-1.amazonaws.com',
      http: { method: 'POST', path: PATH, protocol: 'HTTP/1.1', sourceIp: '192.0.2.1', userAgent: 'truedy' },
      requestId: '1',
      routeKey: '$default',
      stage: '$default',
    },
  }),
  'an ALB': (headers) => ({
    requestContext: {
      elb: { targetGroupArn: 'arn:aws:elasticloadbalancing:eu-central-1:1:targetgroup/a/b' },
    },
    httpMethod: 'POST',
    path: PATH,
    queryStringParameters: {},
    headers: lowerCase(headers),
  }),
  'an ALB with multi-value headers': (headers) => ({
    requestContext: {
      elb: { targetGroupArn: 'arn:aws:elasticloadbalancing:eu-central-1:1:targetgroup/a/b' },
    },
    httpMethod: 'POST',
    path: PATH,
    multiValueQueryStringParameters: {},
    multiValueHeaders: toLists(lowerCase(headers)),
  }),
}

function toLists(headers: Headers): Record<string, string[]> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]]))
}

function lowerCase(headers: Headers): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
}

interface Call {
  readonly name: string
  readonly event: object
}

/** An event of a delivery whose body has characters of two and three bytes. */
async function makeEvent(
  frontEnd: string,
  encoding: string,
  change: (body: string) => string,
): Promise<object> {
  const sample = sampleEvent('call.ended')
  const { body, headers } = await signDelivery(
    { ...sample, data: { ...sample.data, note: 'é – 世' } },
    SECRET,
  )
  const sent = change(body)
  return {
    ...frontEnds[frontEnd]?.({
      Host: 'example.com',
      'Content-Type': 'application/json',
      'Content-Length': String(Buffer.byteLength(sent)),
      'X-Truedy-Timestamp': headers['x-truedy-timestamp'],
      'X-Truedy-Signature': headers['x-truedy-signature'],
    }),
    body: encoding === 'base64' ? Buffer.from(sent).toString('base64') : sent,
    isBase64Encoded: encoding === 'base64',
  }
}

const cases = adapters.flatMap((name) =>
  Object.keys(frontEnds).flatMap((frontEnd) =>
    ['text', 'base64'].map((encoding) => ({ name, frontEnd, encoding })),
  ),
)

/** The results of each case, for a valid and a forged delivery. */
let outcomes: { processed: number; result?: { statusCode: number }; error?: string }[]

beforeAll(async () => {
  const folder = await installHost('serverless')
  const calls: Call[] = []
  for (const { name, frontEnd, encoding } of cases) {
    calls.push({ name, event: await makeEvent(frontEnd, encoding, (body) => body) })
    calls.push({ name, event: await makeEvent(frontEnd, encoding, (body) => `${body} `) })
  }
  const env = { PATH: process.env['PATH'], TRUEDY_WEBHOOK_SECRET: SECRET }
  const program = promisify(execFile)(process.execPath, ['run.js'], { cwd: folder, env })
  program.child.stdin?.end(JSON.stringify(calls))
  const { stdout, stderr } = await program
  expect(stderr).toBe('')
  let processed = 0
  outcomes = []
  for (const line of stdout.trim().split('\n')) {
    const value = JSON.parse(line)
    if ('processed' in value) processed += 1
    else outcomes.push({ ...value, processed })
    if (!('processed' in value)) processed = 0
  }
})

describe.each(cases.map((each, index) => ({ ...each, index })))(
  '$name behind $frontEnd, body as $encoding',
  ({ index }) => {
    it('processes a valid delivery', () => {
      expect(outcomes[2 * index]).toMatchObject({ processed: 1, result: { statusCode: 204 } })
    })

    it('rejects a forged delivery', () => {
      expect(outcomes[2 * index + 1]).toMatchObject({ processed: 0, result: { statusCode: 401 } })
    })
  },
)
