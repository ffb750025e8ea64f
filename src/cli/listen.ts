/** `listen`. */

import { type Command, SECRET_OPTION } from './command.js'

export const listen: Command = {
  name: 'listen',
  summary: '',
  operands: '',
  options: SECRET_OPTION,
  examples: [],
  exitCodes: {},
  async run() {
    return 0
  },
}
