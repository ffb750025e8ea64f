import type { NextConfig } from 'next'

const config: NextConfig = {
  // API routes live below /api; this gives the webhook its address.
  rewrites: async () => [{ source: '/webhooks/truedy', destination: '/api/truedy' }],
}

export default config
