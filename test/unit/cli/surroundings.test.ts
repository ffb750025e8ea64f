import { Readable } from 'node:stream'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { processSurroundings } from '../../../src/cli/surroundings.js'

const listening = { SIGINT: process.listeners('SIGINT'), SIGTERM: process.listeners('SIGTERM') }
afterEach(() => {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    for (const listener of process.listeners(signal)) {
      if (!listening[signal].includes(listener)) process.off(signal, listener)
    }
  }
  process.stdout.removeAllListeners('error')
  vi.restoreAllMocks()
})

describe('the surroundings of a process', () => {
  it('print to standard output, and warn on standard error', () => {
    const [stdout, stderr] = [process.stdout, process.stderr].map((stream) =>
      vi.spyOn(stream, 'write').mockReturnValue(true),
    )
    const { print, warn } = processSurroundings()
    print('result')
    warn('problem')
    expect(stdout?.mock.calls).toEqual([['result']])
    expect(stderr?.mock.calls).toEqual([['problem']])
  })

  it.each(['SIGINT', 'SIGTERM'] as const)('are interrupted by the first %s only', (signal) => {
    const before = process.listenerCount(signal)
    const { interrupted } = processSurroundings()
    const [listener] = process.rawListeners(signal).slice(before)
    expect(interrupted.aborted).toBe(false)
    listener?.call(process, signal)
    expect(interrupted.aborted).toBe(true)
    expect(process.listenerCount(signal)).toBe(before)
  })

  it('read all of standard input', async () => {
    const input = vi.spyOn(process, 'stdin', 'get')
    // The stream has only the parts that are read.
    input.mockReturnValue(Readable.from([Buffer.from('{"a"'), Buffer.from(':1}')]) as typeof process.stdin)
    expect(new TextDecoder().decode(await processSurroundings().readInput())).toBe('{"a":1}')
  })

  it.each([
    ['EPIPE', 0],
    ['EIO', 1],
  ])('end the process if the output is closed: %s gives exit code %i', (code, status) => {
    const exit = vi.spyOn(process, 'exit').mockReturnValue(undefined as never)
    processSurroundings()
    process.stdout.emit('error', Object.assign(new Error('gone'), { code }))
    expect(exit).toHaveBeenCalledWith(status)
  })

  it('track the width of the terminal, with 80 columns if it is unknown', () => {
    const surroundings = processSurroundings()
    const had = Object.getOwnPropertyDescriptor(process.stdout, 'columns')
    for (const [columns, expected] of [
      [200, 200],
      [60, 60],
      [0, 80],
      [undefined, 80],
    ] as const) {
      Object.defineProperty(process.stdout, 'columns', { value: columns, configurable: true })
      expect(surroundings.columns).toBe(expected)
    }
    if (had) Object.defineProperty(process.stdout, 'columns', had)
    else Reflect.deleteProperty(process.stdout, 'columns')
  })

  it('know whether the output is a terminal', () => {
    expect(processSurroundings().isTerminal).toBe(process.stdout.isTTY === true)
    const had = Object.getOwnPropertyDescriptor(process.stdout, 'isTTY')
    for (const isTTY of [true, undefined]) {
      Object.defineProperty(process.stdout, 'isTTY', { value: isTTY, configurable: true })
      expect(processSurroundings().isTerminal).toBe(isTTY ?? false)
    }
    if (had) Object.defineProperty(process.stdout, 'isTTY', had)
    else Reflect.deleteProperty(process.stdout, 'isTTY')
  })
})
