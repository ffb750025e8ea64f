/** `check`. */

import { type Command, SECRET_OPTION } from './command.js'

export const check: Command = {
  name: 'check',
  summary: '',
  operands: '',
  options: SECRET_OPTION,
  examples: [],
  exitCodes: {},
  async run() {
    return 0
  },
}
