import type { HandleServerError } from '@sveltejs/kit'

// SvelteKit logs every request for a page that is not there; what scanners ask for is of no interest.
export const handleError: HandleServerError = ({ error, status }) => {
  if (status !== 404) console.error(error)
}
