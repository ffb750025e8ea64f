/** `send`. */

import { type Command, SECRET_OPTION } from './command.js'

export const send: Command = {
  name: 'send',
  summary: '',
  operands: '',
  options: SECRET_OPTION,
  examples: [],
  exitCodes: {},
  async run() {
    return 0
  },
}
