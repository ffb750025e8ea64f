/** What the processes of the test report, a JSON object a line. */

/** What became of a delivery, as the worker's `onOutcome` sees it. */
export interface OutcomeEvent {
  readonly type: 'outcome'
  readonly pid: number
  readonly id: string
  readonly status: 'processed' | 'duplicate' | 'busy' | 'failed'
  readonly recorded: boolean
  readonly durationMs: number
}

/** The result of a step that ends a lease: the store did it, rejected it, or did not respond. */
export interface StepEvent {
  readonly type: 'step'
  readonly pid: number
  readonly step: 'complete' | 'release'
  readonly key: string
  readonly result: 'done' | 'rejected' | 'failed'
}

/** A handler began; or gave up, which is the end of it. */
export interface HandlerEvent {
  readonly type: 'began' | 'threw'
  readonly pid: number
  readonly id: string
}

/** A worker takes connections or jobs; or is no more. The primary says so, except for a worker that takes jobs. */
export interface ProcessEvent {
  readonly type: 'listening' | 'died'
  readonly pid: number
  /** What it exited with, unless a signal ended it. */
  readonly code?: number | null
}

export type WorkerEvent = OutcomeEvent | StepEvent | HandlerEvent | ProcessEvent
