/** The modules of the example `live-calls` with their types, and functions to send events to it. */

import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { TruedyEvent } from 'truedy-webhooks'
import { signDelivery } from 'truedy-webhooks/testing'
import { expect } from 'vitest'
import type { Server } from '../support/driver.js'

export interface Call {
  readonly id: string
  readonly state: 'started' | 'joined' | 'ended' | 'failed'
  readonly createdAt?: number
  readonly joinedAt?: number
  readonly endedAt?: number
  readonly agentId?: string
  readonly agentName?: string
  readonly durationSeconds?: number
  readonly costUsd?: number
  readonly isBilled: boolean
  readonly endReason?: string
  readonly errorMessage?: string
}

export type History = Readonly<Record<string, unknown>>

export interface Change {
  readonly call?: Call
  readonly removed: readonly string[]
}

export interface Calls {
  callIdOf(event: TruedyEvent): string | undefined
  withEvent(history: History, event: TruedyEvent): History
  callOf(history: History): Call
}

export interface Board {
  record(event: TruedyEvent): Change | undefined
  expire(): Change | undefined
  calls(): Call[]
}

export interface Boards {
  createBoard(options?: {
    maxCalls?: number
    maxAgeMs?: number
    maxRemoved?: number
    now?: () => number
  }): Board
}

export interface Feeds {
  createFeed(options: {
    snapshot: () => object
    maxClients?: number
    maxChanges?: number
    maxUnsentBytes?: number
  }): {
    connect(request: object, response: object): void
    publish(change: object): void
    beat(): void
  }
}

export interface Figures {
  secondsOf(call: Call, now: number): number | undefined
  totalsOf(calls: Iterable<Call>, now: number): Readonly<Record<string, number>>
}

export interface Evenings {
  evening(span: {
    from: number
    until: number
    secondsBetween?: number
    random?: () => number
  }): { at: number; payload: { timestamp: string } }[]
}

/** A module of the installed example. */
export async function load<Module>(directory: string, path: string): Promise<Module> {
  return (await import(pathToFileURL(join(directory, path)).href)) as Module
}

let count = 0

/** A nested envelope about a call. */
export function callEvent(name: string, call: Record<string, unknown>, time = new Date()): object {
  count += 1
  return { event: name, id: `evt_${count}`, timestamp: time.toISOString(), data: { event: name, call } }
}

/** Delivers an event that must be acknowledged. */
export async function deliver(server: Server, payload: object): Promise<void> {
  const { status } = await fetch(server.url, {
    method: 'POST',
    ...(await signDelivery(payload, server.secret)),
  })
  expect(status).toBe(204)
}

/** Delivers many events at a time. */
export async function deliverAll(server: Server, payloads: readonly object[]): Promise<void> {
  const rest = [...payloads]
  const work = async () => {
    for (let next = rest.shift(); next; next = rest.shift()) await deliver(server, next)
  }
  await Promise.all(Array.from({ length: 20 }, work))
}

/** Pseudorandom numbers that are the same in every run. */
export function seeded(seed: number): () => number {
  let state = seed
  return () => {
    // The constants of Numerical Recipes.
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32
    return state / 2 ** 32
  }
}
