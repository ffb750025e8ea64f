/** URLs that something can be sent to. */

/** A URL of `http:` or `https:`; `undefined` if the text is anything else. */
export function parseHttpUrl(text: string): URL | undefined {
  // The text decides, because `localhost:3000/path` parses as a URL whose scheme is "localhost".
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text)) return undefined
  const url = new URL(text)
  try {
    authorizationOf(url)
    return url
  } catch {
    // A percent sign in the user or the password that encodes nothing.
    return undefined
  }
}

/** A URL as it may be shown: without its password. */
export function maskUrl(text: string): string {
  const url = new URL(text)
  if (url.password !== '') url.password = '***'
  return url.href
}

/** A text that should be a URL, as it may be shown: without what may be a password. */
export function maskUrlText(text: string): string {
  // The password ends at the last @ in front of the path: one with an @ in it is masked whole.
  return text.replace(/^((?:\w+:)?\/{0,2}[^/?#@:]*):[^/?#]*@/, '$1:***@')
}

/** The `Authorization` header that the user and the password of a URL stand for (RFC 7617); `undefined` if it has none. */
export function authorizationOf({ username, password }: URL): string | undefined {
  if (username === '' && password === '') return undefined
  const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`
  return `Basic ${Buffer.from(credentials).toString('base64')}`
}
