import { index, type RouteConfig, route } from '@react-router/dev/routes'

export default [
  route('webhooks/truedy', 'routes/truedy.ts'),
  route('greetings', 'routes/greetings.ts'),
  // This example has no pages.
  index('routes/not-found.ts'),
  route('*', 'routes/not-found.ts', { id: 'not-found' }),
] satisfies RouteConfig
