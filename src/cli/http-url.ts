/** Reads and masks `http:` and `https:` URLs. */

/** Parses an `http:` or `https:` URL. Returns `undefined` for anything else. */
export function parseHttpUrl(text: string): URL | undefined {
  // Check the string itself, because `localhost:3000/path` parses as a URL whose scheme is "localhost".
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text)) return undefined
  const url = new URL(text)
  try {
    authorizationOf(url)
    return url
  } catch {
    // The user or the password has a percent sign that isn't part of an escape.
    return undefined
  }
}

/** Masks a possible password in a string that should be a URL but may not parse as one. */
export function maskUrlText(text: string): string {
  // The password ends at the last @ before the path, so a password that contains an @ is masked completely.
  return text.replace(/^((?:\w+:)?\/{0,2}[^/?#@:]*):[^/?#]*@/, '$1:***@')
}

/** Returns the `Authorization` header for the user and password of a URL (RFC 7617); `undefined` if it has neither. */
export function authorizationOf({ username, password }: URL): string | undefined {
  if (username === '' && password === '') return undefined
  const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`
  return `Basic ${Buffer.from(credentials).toString('base64')}`
}
