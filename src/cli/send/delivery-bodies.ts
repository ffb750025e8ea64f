/** Creates the bodies of deliveries outside a scenario. */

import { decodeUtf8 } from '../../bytes.js'
import { isObject } from '../../json.js'
import { pythonJson } from '../../testing/python-json.js'
import type { SampleName } from '../../testing/sample-types.js'
import { flatSampleEvent, sampleEvent } from '../../testing/samples.js'
import type { Shape } from '../../testing/scenarios/story.js'
import { EnvironmentError } from '../errors.js'
import { printable } from '../terminal/printable.js'

/** A body to send. A string is sent as UTF-8. */
export type DeliveryBody = string | Uint8Array

/** Creates the body of a delivery, given its index. */
export type MakeBody = (index: number) => DeliveryBody

/** Creates sample events with these names in turn. */
export function sampleBodies(names: readonly [SampleName, ...SampleName[]], shape: Shape): MakeBody {
  const create = shape === 'nested' ? sampleEvent : flatSampleEvent
  return (index) => pythonJson(create(names[index % names.length] ?? names[0]))
}

/** Creates events of one name around given data, whose characters don't change: `1.0` does not become `1`. */
export function bodiesAround(data: string, name: SampleName, shape: Shape): MakeBody {
  return () => {
    const { data: _, ...envelope } = shape === 'nested' ? sampleEvent(name) : flatSampleEvent(name)
    return `${pythonJson(envelope).slice(0, -1)}, "data": ${data}}`
  }
}

/**
 * Returns the text of a JSON object, for the `data` of an event.
 *
 * @param file - the file that the bytes come from, for the message
 * @throws EnvironmentError
 */
export function requireObjectText(bytes: Uint8Array, file: string): string {
  let isData = false
  let text = ''
  try {
    text = decodeUtf8(bytes)
    isData = isObject(JSON.parse(text))
  } catch {
    // Reported below. The message of the engine would only add a position.
  }
  if (isData) return text.trim()
  throw new EnvironmentError(
    `${file === '-' ? 'Standard input' : `"${printable(file)}"`} is not a JSON object, which the data of an event must be. To send it as the whole body, leave out EVENT.`,
  )
}
