import type { Route } from './+types/greetings'

export async function action({ request }: Route.ActionArgs) {
  const { name } = await request.json()
  return Response.json({ greeting: `Hello ${name}` })
}
