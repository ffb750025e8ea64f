/** URLs that something can be sent to. */

/** A URL of `http:` or `https:`; `undefined` if the text is anything else. */
export function parseHttpUrl(text: string): URL | undefined {
  // By the text, because `localhost:3000/path` parses as a URL whose scheme is "localhost".
  return /^https?:\/\//i.test(text) && URL.canParse(text) ? new URL(text) : undefined
}

/** A URL as it may be shown: without its password. */
export function maskUrl(text: string): string {
  const url = new URL(text)
  if (url.password !== '') url.password = '***'
  return url.href
}
