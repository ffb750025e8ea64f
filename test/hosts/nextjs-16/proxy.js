import { NextResponse } from 'next/server'
import { createWebhookHandler } from 'truedy-webhooks'

export const config = { matcher: ['/', '/webhooks/middleware'] }

let handler

export function proxy(request) {
  if (request.nextUrl.pathname === '/') return NextResponse.next({ headers: { 'x-middleware': 'ran' } })
  // Here and not at import, where a missing secret would take the page down, too.
  handler ??= createWebhookHandler({
    onEvent: (event, { key }) => console.log(JSON.stringify({ handled: event.event, key })),
  })
  return handler(request)
}
