/**
 * Node's built-in modules, if the runtime has them. They are requested at run time and not imported, so that one build serves
 * every runtime. They are requested only when they are needed, because reading `process.getBuiltinModule` throws in some
 * runtimes, and loading `node:crypto` takes longer than loading this package.
 */

type GetBuiltinModule = typeof process.getBuiltinModule

/**
 * Returns a built-in module, or `undefined` if the runtime has none of that name.
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
