import { NextResponse } from 'next/server'
import { createWebhookHandler } from 'truedy-webhooks'

export const config = { matcher: ['/', '/webhooks/middleware'] }

const receive = createWebhookHandler({
  // A function, because a missing secret would otherwise take the page down, too.
  secret: () => process.env.TRUEDY_WEBHOOK_SECRET,
  onEvent: (event, { key }) => console.log(JSON.stringify({ processed: event.event, key })),
})

export function proxy(request) {
  if (request.nextUrl.pathname === '/') return NextResponse.next({ headers: { 'x-middleware': 'ran' } })
  return receive(request)
}
