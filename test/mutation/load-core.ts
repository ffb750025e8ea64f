/**
 * Loads every module before the tests. Stryker then knows that a constant of a module concerns every test. Otherwise, it takes the
 * first test that loads the module for the only one.
 */

import '../../src/index.js'
import '../../src/node.js'
import '../../src/state/index.js'
import '../../src/diagnose/index.js'
import '../../src/otel/index.js'
import '../../src/queues/index.js'
import '../../src/stores/redis.js'
import '../../src/stores/postgres.js'
import '../../src/stores/sqlite.js'
import '../../src/testing/index.js'
