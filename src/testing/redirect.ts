/** Where a response redirects to. */

/** Tells whether a status is that of a redirect. */
export function isRedirect(status: number): boolean {
  return status >= 300 && status < 400
}

/**
 * Returns the target of a redirect: an absolute URL without its password, or the header as received if it isn't a URL. Returns
 * `undefined` if the response isn't a redirect or has no target.
 *
 * @param location - the header `Location`
 * @param url - where the request went
 */
export function redirectTarget(
  status: number,
  location: string | null | undefined,
  url: string,
): string | undefined {
  if (!isRedirect(status) || location === null || location === undefined) return undefined
  // A relative target, resolved against the URL, keeps the URL's password.
  return URL.canParse(location, url) ? maskUrl(new URL(location, url).href) : location
}

/** Masks the password of a URL, for output. */
export function maskUrl(text: string): string {
  const url = new URL(text)
  if (url.password !== '') url.password = '***'
  return url.href
}
