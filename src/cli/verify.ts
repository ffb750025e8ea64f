/** `verify`. */

import { type Command, SECRET_OPTION } from './command.js'

export const verify: Command = {
  name: 'verify',
  summary: '',
  operands: '',
  options: SECRET_OPTION,
  examples: [],
  exitCodes: {},
  async run() {
    return 0
  },
}
