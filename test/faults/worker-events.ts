/** What the processes of the test report, one JSON object per line. */

/** The outcome of a delivery, as the worker's `onOutcome` sees it. */
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

/** A handler started, or it gave up, which ends it. */
export interface HandlerEvent {
  readonly type: 'began' | 'threw'
  readonly pid: number
  readonly id: string
}

/**
 * A worker accepts connections or jobs, or has exited. The primary reports it, except for a worker that accepts jobs.
 */
export interface ProcessEvent {
  readonly type: 'listening' | 'died'
  readonly pid: number
  /** The exit code, unless a signal ended the worker. */
  readonly code?: number | null
}

export type WorkerEvent = OutcomeEvent | StepEvent | HandlerEvent | ProcessEvent
