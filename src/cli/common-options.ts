/** The options that several commands share. */

import type { OptionTable } from './options.js'

/** The options of every command. */
export const COMMON_OPTIONS = {
  json: { type: 'switch', help: 'print one JSON object per line, for scripts' },
  help: { type: 'switch', help: 'show this help' },
} as const satisfies OptionTable

/** The option of all commands that sign or verify. */
export const SECRET_OPTION = {
  secret: {
    type: 'text',
    value: 'SECRET',
    help: 'the secret of the endpoint; to keep it out of the process list, set TRUEDY_WEBHOOK_SECRET instead',
  },
} as const satisfies OptionTable

/** The option of the commands that diagnose an invalid signature. */
export const OTHER_SECRET_OPTION = {
  otherSecret: {
    type: 'list',
    value: 'SECRET',
    help: 'the secret of another endpoint or environment, to find out if the delivery was signed with it',
  },
} as const satisfies OptionTable
