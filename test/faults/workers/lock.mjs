/**
 * Holds the lock of a SQLite file, as another process might. Takes orders by message, and responds once they are done.
 */

import Database from 'better-sqlite3'

const db = new Database(process.argv[2], { timeout: 0 })

process.on('message', (what) => {
  if (what === 'lock') lock()
  else db.exec('ROLLBACK')
  process.send?.(what)
})

/** Takes the lock. Tries without a pause, because SQLite's own waiting sleeps for so long that busy workers could always be first. */
function lock() {
  const deadline = performance.now() + 30_000
  while (!db.inTransaction) {
    try {
      db.exec('BEGIN EXCLUSIVE')
    } catch (error) {
      if (error.code !== 'SQLITE_BUSY' || performance.now() > deadline) throw error
    }
  }
}
