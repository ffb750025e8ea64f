/**
 * Node's built-in modules, if the runtime has them. Requested at run time instead of imported: one build then serves
 * every runtime. Requested lazily: in some runtimes merely reading `process.getBuiltinModule` throws, and loading
 * `node:crypto` takes longer than loading this package.
 */

type GetBuiltinModule = typeof process.getBuiltinModule

/**
 * A built-in module, or `undefined` if the runtime has none of that name.
 *
 * @param id - such as `node:crypto`
 */
export const getBuiltin = ((id: string): unknown => {
  try {
    return globalThis.process?.getBuiltinModule?.(id)
  } catch {
    return undefined
  }
  // The overloads of the original give each module its type.
}) as GetBuiltinModule
