/** Holds the lock of a SQLite file: another process that is in the way. Told to by messages, which it answers when it has done so. */

import Database from 'better-sqlite3'

const db = new Database(process.argv[2], { timeout: 30_000 })
process.on('message', (what) => {
  db.exec(what === 'lock' ? 'BEGIN EXCLUSIVE' : 'ROLLBACK')
  process.send?.(what)
})
