import type { NextConfig } from 'next'

const config: NextConfig = {
  // API routes have URLs below /api. This makes the webhook available at /webhooks/truedy, too.
  rewrites: async () => [{ source: '/webhooks/truedy', destination: '/api/truedy' }],
}

export default config
