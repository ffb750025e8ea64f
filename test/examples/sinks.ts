/** Where the effects of an example arrive: a mail server and an HTTP server, both on this machine. */

import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { SMTPServer } from 'smtp-server'

export interface Mail {
  readonly messageId: string
  readonly to: string
  /** Headers and body, as received. */
  readonly source: string
}

export interface SmtpSink {
  readonly url: string
  /** The accepted mails, in order. */
  readonly mails: readonly Mail[]
  stop(): Promise<void>
}

export async function startSmtpSink(): Promise<SmtpSink> {
  const mails: Mail[] = []
  const smtp = new SMTPServer({
    authOptional: true,
    disabledCommands: ['AUTH', 'STARTTLS'],
    onData(stream, session, accept) {
      text(stream).then((source) => {
        const messageId = /^message-id:\s*(\S+)/im.exec(source)?.[1] ?? ''
        mails.push({ messageId, to: String(session.envelope.rcptTo[0]?.address), source })
        accept()
      }, accept)
    },
  })
  // A client may be killed in the middle of a mail.
  smtp.on('error', () => {})
  const server = smtp.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `smtp://127.0.0.1:${(server.address() as AddressInfo).port}`,
    mails,
    stop: () => new Promise((resolve) => smtp.close(resolve)),
  }
}

export interface HttpCall {
  readonly path: string
  readonly idempotencyKey: string
  readonly body: Readonly<Record<string, unknown>>
}

export interface HttpSink {
  readonly origin: string
  /** The received calls in order, whatever the response was. */
  readonly calls: readonly HttpCall[]
  /** Responds to the next calls with these statuses, at once, later or never. Other calls get a 204. */
  answerNext(...answers: (() => Promise<number>)[]): void
  stop(): Promise<void>
}

export async function startHttpSink(): Promise<HttpSink> {
  const calls: HttpCall[] = []
  const nextAnswers: (() => Promise<number>)[] = []
  const server = createServer(async (request, response) => {
    const body = JSON.parse(await text(request)) as HttpCall['body']
    const answer = nextAnswers.shift()
    calls.push({
      path: request.url ?? '',
      idempotencyKey: String(request.headers['idempotency-key']),
      body,
    })
    response.writeHead((await answer?.()) ?? 204).end()
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    answerNext: (...answers) => void nextAnswers.push(...answers),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
