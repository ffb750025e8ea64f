/** Sets the clock of the whole process wrong. */

let lastTurn: Promise<unknown> = Promise.resolve()

/** Runs a function while `Date` is wrong by some minutes for the whole process. Runs one function at a time, in order. */
export function withWrongClock(minutes: number, run: () => Promise<void>): Promise<void> {
  const turn = lastTurn.then(async () => {
    const RightDate = globalThis.Date
    const now = () => RightDate.now() + minutes * 60_000
    globalThis.Date = new Proxy(RightDate, {
      construct: (target, args, newTarget) =>
        Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget),
      get: (target, name) => (name === 'now' ? now : Reflect.get(target, name)),
    })
    try {
      await run()
    } finally {
      globalThis.Date = RightDate
    }
  })
  lastTurn = turn.catch(() => {})
  return turn
}
