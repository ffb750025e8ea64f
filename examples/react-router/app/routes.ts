import { index, type RouteConfig, route } from '@react-router/dev/routes'

export default [
  route('webhooks/truedy', 'routes/truedy.ts'),
  route('greetings', 'routes/greetings.ts'),
  // There are no pages here.
  index('routes/not-found.ts'),
  route('*', 'routes/not-found.ts', { id: 'not-found' }),
] satisfies RouteConfig
