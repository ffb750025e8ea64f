import type { HandleServerError } from '@sveltejs/kit'

// By default, SvelteKit logs every request for an unknown page. Most of them come from scanners.
export const handleError: HandleServerError = ({ error, status }) => {
  if (status !== 404) console.error(error)
}
