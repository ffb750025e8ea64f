/**
 * Holds the lock of a SQLite file, as another process might. Takes orders by message, and responds once they are done.
 */

import Database from 'better-sqlite3'

const db = new Database(process.argv[2], { timeout: 30_000 })
process.on('message', (what) => {
  db.exec(what === 'lock' ? 'BEGIN EXCLUSIVE' : 'ROLLBACK')
  process.send?.(what)
})
