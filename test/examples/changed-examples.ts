/** Tests examples that somebody changes: each is installed, changed in one place, rebuilt, and sent a delivery. */

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sampleEvent, signDelivery } from 'truedy-webhooks/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildExample, installExample, type Server, startServer } from '../support/driver.js'
import { packLibrary } from '../support/package.js'
import { catalogue } from './catalogue.js'

/** A change that somebody might make to an example. */
export interface Change {
  readonly what: string
  readonly file: string
  /** The text that occurs once in the file, and its replacement. */
  readonly replace: readonly [string, string]
  /** What the log then says, unless it is the default. */
  readonly log?: string
  /** True if the change does no harm. */
  readonly isFine?: boolean
}

/** What the log says about a Request that can't be read. */
const NOT_UNREAD = 'The body of this Request was read before'

/**
 * The tests of changed examples.
 *
 * @param changes - by the name of the example
 */
export function describeChanges(changes: Readonly<Record<string, readonly Change[]>>): void {
  let workspace: string
  let tarball: string

  beforeAll(async () => {
    workspace = await mkdtemp(join(tmpdir(), 'truedy-webhooks-wrong-setup-'))
    tarball = await packLibrary(workspace)
  })

  afterAll(() => rm(workspace, { recursive: true, force: true }))

  describe.each(Object.entries(changes))('examples/%s', (folder, changesOfIt) => {
    const launch = catalogue[folder] ?? {}
    let directory: string
    let server: Server | undefined
    beforeAll(async () => {
      // Installed without a build, because each change needs its own.
      directory = await installExample(folder, tarball, workspace)
    })

    afterAll(async () => {
      await server?.stop()
      await rm(directory, { recursive: true, force: true })
    })

    it.each(changesOfIt)(
      'responds as it must if $what',
      async ({ file, replace: [before, after], isFine = false, log = NOT_UNREAD }) => {
        const source = await readFile(join(directory, file), 'utf8')
        expect(source.split(before)).toHaveLength(2)
        await writeFile(join(directory, file), source.replace(before, after))
        await buildExample(directory, launch)
        server = await startServer(directory, launch)

        const signed = await signDelivery(sampleEvent('call.ended'), server.secret)
        const response = await fetch(server.url, { method: 'POST', ...signed })
        await server.stop()
        await writeFile(join(directory, file), source)

        if (isFine) {
          expect(response.status).toBe(204)
          expect(server.errorOutput()).toBe('')
          expect(server.processedLines()).toHaveLength(1)
        } else {
          expect(response.status).toBe(500)
          expect(await response.json()).toEqual({ error: 'body_not_raw' })
          expect(server.errorOutput()).toContain(log)
          expect(server.processedLines()).toEqual([])
        }
      },
    )
  })
}
