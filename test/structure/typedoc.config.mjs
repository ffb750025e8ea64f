import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const ROOT = join(import.meta.dirname, '../..')
const { exports } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))

/** The sources of the entries in package.json, as tsup.config.ts finds them. */
const entryPoints = Object.keys(exports)
  .filter((path) => path !== './package.json')
  .map((path) => join(ROOT, 'src', path === '.' ? 'index' : path))
  .map((base) => (existsSync(`${base}.ts`) ? `${base}.ts` : join(base, 'index.ts')))

/** @type {Partial<import('typedoc').TypeDocOptions>} */
export default {
  entryPoints,
  tsconfig: join(ROOT, 'tsconfig.json'),
  out: join(ROOT, 'docs'),
  readme: 'none',
  name: 'truedy-webhooks',
  treatWarningsAsErrors: true,
  requiredToBeDocumented: ['Function', 'Class', 'Interface', 'TypeAlias', 'Variable'],
  validation: { notExported: true, invalidLink: true, notDocumented: true },
  disableSources: true,
  hideGenerator: true,
  intentionallyNotExported: ['TEXTS', 'OpenUnion', 'LowerCaseBatchStatus', 'BodyStream'],
  intentionallyNotDocumented: [
    'index.HandlerSignal.__type.throwIfAborted',
    'index.HandlerSignal.__type.addEventListener',
    'index.HandlerSignal.__type.removeEventListener',
    'index.HeadersInput.__type.get',
    'index.RequestLike.headers.__type.get',
    'node.NodeRequest.on',
    'node.NodeRequest.resume',
    'node.NodeResponse.writeHead',
    'node.NodeResponse.write',
    'node.NodeResponse.end',
  ],
}
