/**
 * Records an event in transactions of each ORM: `run-transactions.mjs <address>`. Prints one JSON line for each ORM:
 * whether the event was a duplicate in a transaction that is rolled back and in two after it, and the results of two
 * concurrent transactions.
 */

import { isDuplicate, parseEvent } from 'truedy-webhooks'
import { transactions } from '../clients/transactions.ts'

const [address] = process.argv.slice(2)
const newEvent = () =>
  parseEvent({ event: 'call.ended', timestamp: 1, data: { call_id: crypto.randomUUID() } })

for (const [client, open] of Object.entries(transactions)) {
  const run = await open(address)
  const event = newEvent()
  const inTurn = []
  const rollback = async (store) => {
    inTurn.push(await isDuplicate(event, store))
    throw new Error('The business write failed.')
  }
  await run(rollback).catch(() => {})
  for (let i = 0; i < 2; i++) inTurn.push(await run((store) => isDuplicate(event, store)))

  const contested = newEvent()
  const slow = async (store) => {
    const found = await isDuplicate(contested, store)
    await new Promise((resolve) => setTimeout(resolve, 500))
    return found
  }
  const outcomes = await Promise.allSettled([run(slow), run(slow)])
  const atOnce = outcomes.map(({ value, reason }) => reason?.code ?? reason?.message ?? value)
  console.log(JSON.stringify({ client, inTurn, atOnce: atOnce.sort() }))
}
process.exit()
