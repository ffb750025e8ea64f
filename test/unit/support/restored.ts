/** Fails a file of tests that leaves something changed for the next one, because they share their modules and globals. */

import { afterAll, expect } from 'vitest'

/** What tests replace: the properties of these objects. */
const SHARED: Readonly<Record<string, object>> = {
  console,
  'crypto.subtle': crypto.subtle,
  performance,
  process,
  'process.env': process.env,
  'process.stdout': process.stdout,
}

/** Reading one of these globals prints a warning. */
const WARNS = /Storage$/

/** Lists every property of the shared objects. */
function listProperties(): Map<string, unknown> {
  const found = new Map<string, unknown>()
  // Read, because Node replaces the getter of most globals with their value at the first use.
  for (const key of Object.getOwnPropertyNames(globalThis)) {
    if (!WARNS.test(key)) found.set(`globalThis.${key}`, Reflect.get(globalThis, key))
  }
  for (const [name, object] of Object.entries(SHARED)) {
    for (const [key, { value, get }] of Object.entries(Object.getOwnPropertyDescriptors(object))) {
      // Streams and emitters keep their own state in these.
      if (key.startsWith('_')) continue
      found.set(`${name}.${key}`, typeof value === 'function' || name === 'process.env' ? value : get)
    }
  }
  return found
}

// Listed before each file is imported, because it may already replace something then.
const before = listProperties()

afterAll(() => {
  const after = listProperties()
  const changed = [...new Set([...before.keys(), ...after.keys()])].filter(
    (name) => !Object.is(before.get(name), after.get(name)) || before.has(name) !== after.has(name),
  )
  expect(changed, 'what this file left changed').toEqual([])
})
