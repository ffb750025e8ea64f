/**
 * What stands in front of a Lambda function: turns a request into the event that AWS documents, and the function's result
 * into a reply. Run in the folder of the example:
 *
 *     tsx aws-lambda.ts rest-api|http-api|function-url [base64]
 *
 * - rest-api: docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
 * - http-api: docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 * - function-url: docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html
 *
 * With `base64`, every body comes encoded. A REST API does so for `binaryMediaTypes`; the other two by the content type,
 * which is not to be chosen.
 */

import { randomUUID } from 'node:crypto'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type {
  APIGatewayProxyEvent,
  APIGatewayProxyEventV2,
  APIGatewayProxyResult,
  APIGatewayProxyStructuredResultV2,
  LambdaFunctionURLEvent,
} from 'aws-lambda'
import { type HostReply, type HostRequest, headerValues, joinedHeaders, serveHost } from './host.js'

type Event = APIGatewayProxyEvent | APIGatewayProxyEventV2 | LambdaFunctionURLEvent
type Result = APIGatewayProxyResult | APIGatewayProxyStructuredResultV2

const [kind = '', encoding] = process.argv.slice(2)
const isBase64Encoded = encoding === 'base64'

const ACCOUNT_ID = '123456789012'
const API_ID = 'a1b2c3d4e5'

const toEvent = {
  'rest-api': toRestApiEvent,
  'http-api': toHttpApiEvent,
  'function-url': toFunctionUrlEvent,
}[kind]
if (!toEvent) throw new Error(`"${kind}" is not one of rest-api, http-api and function-url.`)

const { handler } = (await import(pathToFileURL(resolve('index.js')).href)) as {
  handler: (event: Event) => Promise<Result>
}

// Lambda gives an environment one event at a time, and here is one environment.
let previous: Promise<unknown> = Promise.resolve()

serveHost((request) => {
  const reply = previous.then(async () => toReply(asJson(await handler(asJson(toEvent(request))))))
  previous = reply.catch(() => {})
  return reply
})

/** What remains of a value on its way into or out of a function. */
function asJson<Value>(value: Value): Value {
  return JSON.parse(JSON.stringify(value))
}

/** Format 1.0. */
function toRestApiEvent(request: HostRequest): APIGatewayProxyEvent {
  const { method, url, body } = request
  // Names as the client wrote them. Truedy writes X-Truedy-Signature.
  const headers = Object.entries(headerValues(request)).map(
    ([name, values]) => [name.replace(/\b[a-z]/g, (letter) => letter.toUpperCase()), values] as const,
  )
  const parameters = [...url.searchParams.keys()]
  const isRoot = url.pathname === '/'
  const resource = isRoot ? '/' : '/{proxy+}'
  return {
    resource,
    path: url.pathname,
    httpMethod: method,
    // The last of several values.
    headers: Object.fromEntries(headers.map(([name, values]) => [name, values.at(-1)])),
    multiValueHeaders: Object.fromEntries(headers),
    queryStringParameters: parameters.length > 0 ? Object.fromEntries(url.searchParams) : null,
    multiValueQueryStringParameters:
      parameters.length > 0
        ? Object.fromEntries(parameters.map((name) => [name, url.searchParams.getAll(name)]))
        : null,
    pathParameters: isRoot ? null : { proxy: url.pathname.slice(1) },
    stageVariables: null,
    requestContext: {
      accountId: ACCOUNT_ID,
      apiId: API_ID,
      authorizer: null,
      domainName: `${API_ID}.execute-api.eu-central-1.amazonaws.com`,
      domainPrefix: API_ID,
      httpMethod: method,
      identity: {
        accessKey: null,
        accountId: null,
        apiKey: null,
        apiKeyId: null,
        caller: null,
        clientCert: null,
        cognitoAuthenticationProvider: null,
        cognitoAuthenticationType: null,
        cognitoIdentityId: null,
        cognitoIdentityPoolId: null,
        principalOrgId: null,
        sourceIp: '192.0.2.1',
        user: null,
        userAgent: null,
        userArn: null,
      },
      path: `/prod${url.pathname}`,
      protocol: 'HTTP/1.1',
      requestId: randomUUID(),
      requestTimeEpoch: Date.now(),
      resourceId: 'f6g7h8',
      resourcePath: resource,
      stage: 'prod',
    },
    body: body.length > 0 ? bodyText(body) : null,
    isBase64Encoded: isBase64Encoded && body.length > 0,
  }
}

/** Format 2.0. */
function toHttpApiEvent(request: HostRequest): APIGatewayProxyEventV2 {
  const { method, url, body } = request
  const parameters = [...url.searchParams.keys()]
  const now = new Date()
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath: url.pathname,
    rawQueryString: url.search.slice(1),
    headers: joinedHeaders(request),
    ...(parameters.length > 0 && {
      queryStringParameters: Object.fromEntries(
        parameters.map((name) => [name, url.searchParams.getAll(name).join(',')]),
      ),
    }),
    requestContext: {
      accountId: ACCOUNT_ID,
      apiId: API_ID,
      domainName: `${API_ID}.execute-api.eu-central-1.amazonaws.com`,
      domainPrefix: API_ID,
      http: {
        method,
        path: url.pathname,
        protocol: 'HTTP/1.1',
        sourceIp: '192.0.2.1',
        userAgent: joinedHeaders(request)['user-agent'] ?? '',
      },
      requestId: randomUUID(),
      routeKey: '$default',
      stage: '$default',
      time: now.toUTCString(),
      timeEpoch: now.getTime(),
    },
    ...(body.length > 0 && { body: bodyText(body) }),
    isBase64Encoded: isBase64Encoded && body.length > 0,
  }
}

/** Format 2.0 too. */
function toFunctionUrlEvent(request: HostRequest): LambdaFunctionURLEvent {
  const event = toHttpApiEvent(request)
  const domainName = `${API_ID}.lambda-url.eu-central-1.on.aws`
  return { ...event, requestContext: { ...event.requestContext, accountId: 'anonymous', domainName } }
}

/** An event is JSON, which can only contain text. Bytes that are not UTF-8 are lost unless they are encoded. */
function bodyText(body: Buffer): string {
  return body.toString(isBase64Encoded ? 'base64' : 'utf8')
}

/** All that the example uses of what a result can be. Anything else is rejected, as AWS rejects what it can't read. */
function toReply(result: Result): HostReply {
  const { statusCode, headers = {}, body = '', ...rest } = result
  if (!Number.isInteger(statusCode) || typeof body !== 'string' || Object.keys(rest).length > 0) {
    throw new Error('Malformed Lambda proxy response')
  }
  const texts = Object.entries(headers).map(([name, value]) => [name, String(value)] as const)
  return { status: Number(statusCode), headers: Object.fromEntries(texts), body }
}
