import { createWebhookHandler } from 'truedy-webhooks'

// Reads the secret from TRUEDY_WEBHOOK_SECRET, and throws if it isn't set.
const receive = createWebhookHandler({
  onEvent: (event, { key }) => console.log(JSON.stringify({ processed: event.event, key })),
})

async function respond(request: Request): Promise<Response> {
  const { pathname } = new URL(request.url)
  if (pathname === '/webhooks/truedy') return receive(request)
  if (pathname === '/greetings' && request.method === 'POST') {
    const { name } = await request.json()
    return Response.json({ greeting: `Hello ${name}` })
  }
  return new Response(null, { status: 404 })
}

Deno.serve(
  {
    hostname: '127.0.0.1',
    port: Number(Deno.env.get('PORT') ?? 3000),
    // Without this, Deno prints its own listening message on stderr.
    onListen: ({ port }) => console.log(`Listening on port ${port}`),
  },
  respond,
)
