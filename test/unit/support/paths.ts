/** The three ways to verify: with node:crypto, with WebCrypto and synchronously. Every case runs on each. */

import { vi } from 'vitest'
import type { TruedyEvent, Verification } from '../../../src/index.js'
import type {
  verifyAndParse as VerifyAndParse,
  verifySignature as VerifySignature,
} from '../../../src/verify/verify.js'
import { BODY, headersFor, now, SECRET } from './delivery.js'

type Arguments = Parameters<typeof VerifySignature>

export interface Path {
  name: string
  verifySignature(...args: Arguments): Promise<Verification>
  verifyAndParse(...args: Parameters<typeof VerifyAndParse>): Promise<TruedyEvent>
}

/** The package in a runtime without `node:crypto`. It looks for that module only once, at its first delivery. */
export async function importWithoutNodeCrypto(): Promise<typeof import('../../../src/index.js')> {
  const { getBuiltinModule } = process
  vi.resetModules()
  Reflect.set(process, 'getBuiltinModule', undefined)
  try {
    const withoutNodeCrypto = await import('../../../src/index.js')
    await withoutNodeCrypto.verifyAndParse(Buffer.from(BODY), headersFor(BODY), SECRET, { now })
    return withoutNodeCrypto
  } finally {
    Reflect.set(process, 'getBuiltinModule', getBuiltinModule)
    vi.resetModules()
  }
}

export const web = await importWithoutNodeCrypto()
const main = await import('../../../src/index.js')
const node = await import('../../../src/node.js')

export const paths: Path[] = [
  { name: 'node:crypto', verifySignature: main.verifySignature, verifyAndParse: main.verifyAndParse },
  { name: 'WebCrypto', verifySignature: web.verifySignature, verifyAndParse: web.verifyAndParse },
  {
    name: 'synchronous',
    verifySignature: async (...args) => node.verifySignatureSync(...args),
    verifyAndParse: async (...args) => node.verifyAndParseSync(...args),
  },
]
