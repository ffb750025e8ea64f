/**
 * Loads before the tests what the command line loads when it is needed: of what runs while a module loads, Stryker would take the
 * first test for the only one that it matters to.
 */

import '../../src/cli/commands/check.js'
import '../../src/cli/commands/listen.js'
import '../../src/cli/listen/listen-for-deliveries.js'
import '../../src/cli/commands/send.js'
import '../../src/cli/send/send-deliveries.js'
import '../../src/cli/commands/verify.js'
