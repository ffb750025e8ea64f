/**
 * What stands in front of a Node.js function of Azure's: the host, which turns a request into a message, and the worker, which
 * lets `@azure/functions` register functions, and calls them with what that package makes of the message. The package is the
 * real one; host and worker are ours, after the sources of azure-functions-host (GrpcMessageConversionExtensions.cs) and
 * azure-functions-nodejs-worker (setupCoreModule.ts, InvocationHandler.ts). Run in the folder of the example.
 */

import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import Module, { createRequire } from 'node:module'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type HostReply, type HostRequest, joinedHeaders, serveHost } from './host.js'

type Callback = (...inputs: unknown[]) => unknown

/** The description of a function by `app.http`. */
interface Metadata {
  readonly name: string
  readonly bindings: Readonly<Record<string, Binding>>
}

interface Binding {
  readonly type: string
  readonly direction: 'in' | 'out'
  readonly route?: string
  readonly methods?: readonly string[]
}

interface NullableString {
  readonly value: string
}

/** A request, as the host sends it to the worker. */
interface RpcRequest {
  readonly url: string
  readonly method: string
  readonly nullableHeaders: Readonly<Record<string, NullableString>>
  readonly nullableQuery: Readonly<Record<string, NullableString>>
  readonly nullableParams: Readonly<Record<string, NullableString>>
  readonly body?: { readonly bytes: Buffer }
}

/** A response, as the worker sends it to the host. */
interface RpcResponse {
  readonly statusCode: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: { readonly bytes?: Uint8Array; readonly string?: string } | null
}

/** The functions of `@azure/functions` that the worker uses. */
interface ProgrammingModel {
  getInvocationModel(context: object): {
    getArguments(): Promise<{ context: unknown; inputs: unknown[] }>
    invokeFunction(context: unknown, inputs: unknown[], callback: Callback): Promise<unknown>
    getResponse(context: unknown, result: unknown): Promise<{ returnValue?: { http?: RpcResponse } }>
  }
}

let model: ProgrammingModel | undefined
const functions: { metadata: Metadata; callback: Callback }[] = []

/** What the worker offers to the package. */
const core = {
  version: '3.10.1',
  hostVersion: '4.1036.1',
  setProgrammingModel(value: ProgrammingModel) {
    model = value
  },
  getProgrammingModel: () => model,
  registerFunction(metadata: Metadata, callback: Callback) {
    functions.push({ metadata, callback })
  },
  registerHook() {},
  log() {},
  Disposable: class {},
}

// This is not an installable package: the worker adds it to `require`, and so does this program.
const { require } = Module.prototype
Module.prototype.require = Object.assign(function (this: NodeJS.Module, id: string) {
  return id === '@azure/functions-core' ? core : require.call(this, id)
}, require)

// The package must be loaded with `require` first.
createRequire(resolve('index.js'))('@azure/functions')
await import(pathToFileURL(resolve('index.js')).href)

const { extensions } = JSON.parse(await readFile('host.json', 'utf8')) as {
  extensions: { http: { routePrefix: string } }
}

serveHost(async (request): Promise<HostReply> => {
  const found = functions.find(({ metadata }) => isFor(triggerOf(metadata), request))
  if (!found || !model) return { status: 404, headers: {}, body: '' }

  const { metadata, callback } = found
  const [inputName] = Object.entries(metadata.bindings).find(([, { direction }]) => direction === 'in') ?? []
  const invocationId = randomUUID()
  const invocation = model.getInvocationModel({
    invocationId,
    metadata,
    request: {
      invocationId,
      inputData: [{ name: inputName, data: { http: toRpcRequest(request) } }],
      triggerMetadata: {},
    },
    log() {},
  })
  const { context, inputs } = await invocation.getArguments()
  const result = await invocation.invokeFunction(context, inputs, callback)
  const { returnValue } = await invocation.getResponse(context, result)
  if (!returnValue?.http) throw new Error(`The function ${metadata.name} has given no answer.`)
  return toReply(returnValue.http)
})

function triggerOf({ bindings }: Metadata): Binding | undefined {
  return Object.values(bindings).find(({ type }) => type === 'httpTrigger')
}

function isFor(trigger: Binding | undefined, { method, url }: HostRequest): boolean {
  const path = ['', extensions.http.routePrefix, trigger?.route].filter((part) => part !== '').join('/')
  // Routes are compared without regard to case.
  const isPath = url.pathname.toLowerCase() === `/${path}`.toLowerCase()
  return isPath && trigger?.methods?.includes(method) === true
}

function toRpcRequest(request: HostRequest): RpcRequest {
  const { method, url, body } = request
  const headers = joinedHeaders(request)
  return {
    url: url.href,
    method,
    nullableHeaders: nullable(headers),
    nullableQuery: nullable(Object.fromEntries(url.searchParams)),
    nullableParams: {},
    // As bytes, which the worker requests for any content type, and only if a length was declared.
    ...(Number(headers['content-length']) > 0 && { body: { bytes: body } }),
  }
}

function nullable(texts: Readonly<Record<string, string>>): Record<string, NullableString> {
  return Object.fromEntries(Object.entries(texts).map(([name, value]) => [name, { value }]))
}

function toReply({ statusCode, headers, body }: RpcResponse): HostReply {
  return { status: Number(statusCode), headers, body: body?.bytes ?? body?.string ?? '' }
}
