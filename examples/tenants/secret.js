/** Adds and removes the secrets of workspaces: `npm run secret add acme whsec_…`. */

import { createTables, findSecrets, pool } from './database.js'

const [command, workspace, secret] = process.argv.slice(2)
const statements = {
  add: 'INSERT INTO workspace_secrets (workspace, secret) VALUES ($1, $2) ON CONFLICT DO NOTHING',
  remove: 'DELETE FROM workspace_secrets WHERE workspace = $1 AND secret = $2',
}

if (Object.hasOwn(statements, command) && workspace && secret) {
  await createTables()
  await pool.query(statements[command], [workspace, secret])
  const { length } = await findSecrets(workspace)
  console.log(`Workspace ${workspace} has ${length} secret${length === 1 ? '' : 's'}.`)
} else {
  console.error('Usage: npm run secret add|remove WORKSPACE SECRET')
  process.exitCode = 2
}
await pool.end()
