/** The options that several commands have. */

import type { OptionTable } from './options.js'

/** The options of every command. */
export const COMMON_OPTIONS = {
  json: { type: 'switch', help: 'one JSON object a line, for scripts' },
  help: { type: 'switch', help: 'show this' },
} as const satisfies OptionTable

/** The option of all commands that sign or verify. */
export const SECRET_OPTION = {
  secret: {
    type: 'text',
    value: 'SECRET',
    help: 'the secret of the endpoint; better in TRUEDY_WEBHOOK_SECRET',
  },
} as const satisfies OptionTable

/** The option of the commands that diagnose. */
export const OTHER_SECRET_OPTION = {
  otherSecret: {
    type: 'list',
    value: 'SECRET',
    help: 'the secret of another endpoint or environment, which may have signed',
  },
} as const satisfies OptionTable
