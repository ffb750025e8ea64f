/** Explains why a request got no response. */

/** By the `code` of an error of Node's `net`, `tls` or `http`, or of fetch. */
const NETWORK_ERRORS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there. Is the receiver running, and on this port?',
  ECONNRESET: 'the receiver closed the connection without an answer. Did it crash? Look at its log.',
  UND_ERR_SOCKET: 'the receiver closed the connection without an answer. Did it crash? Look at its log.',
  EPIPE: 'the receiver closed the connection while the body was being sent.',
  ENOTFOUND: 'there is no host of this name.',
  EAI_AGAIN: 'the name of the host could not be looked up. Is this machine online?',
  ETIMEDOUT: 'no answer came in time.',
  EHOSTUNREACH: 'the host cannot be reached from here.',
  ENETUNREACH: 'the network cannot be reached from here.',
  EMFILE: 'this machine cannot open more connections: too many wait for an answer.',
  EADDRNOTAVAIL: 'this machine has no port left to connect from: too many wait for an answer.',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'TLS: its certificate is self-signed. Truedy would refuse it, too.',
  SELF_SIGNED_CERT_IN_CHAIN: 'TLS: its certificate is self-signed. Truedy would refuse it, too.',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'TLS: the server does not send its intermediate certificates.',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'TLS: its certificate comes from nobody that this machine trusts.',
  CERT_HAS_EXPIRED: 'TLS: its certificate has expired.',
  CERT_NOT_YET_VALID: 'TLS: its certificate is not valid yet. Is the clock of this machine right?',
  ERR_TLS_CERT_ALTNAME_INVALID: 'TLS: its certificate is for another host name.',
  ERR_SSL_WRONG_VERSION_NUMBER: 'TLS: this port speaks plain HTTP. Use http:// for it.',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'TLS: this port speaks plain HTTP. Use http:// for it.',
  EPROTO: 'TLS: no common language. Does this port speak plain HTTP?',
  HPE_INVALID_CONSTANT: 'what answers is no HTTP. Does this port want https://?',
  HPE_INVALID_HTTP_TOKEN: 'what answers is no HTTP. Does this port want https://?',
}

/**
 * Why a request failed, and what to do: a sentence that does not begin with a capital.
 *
 * @param error - what Node's http or fetch threw
 */
export function explainNetworkError(error: unknown): string {
  for (let each: unknown = error; each instanceof Error; each = each.cause) {
    if (each.name === 'TimeoutError') return NETWORK_ERRORS['ETIMEDOUT'] ?? each.message
    // Both are there only on some errors of Node's.
    const { code, errors } = each as NodeJS.ErrnoException & { errors?: readonly unknown[] }
    const reason = NETWORK_ERRORS[code ?? '']
    if (reason) return reason
    // An AggregateError has one error for each address of the host (localhost has two).
    if (errors?.[0]) return explainNetworkError(errors[0])
  }
  const last = error instanceof Error && error.cause instanceof Error ? error.cause : error
  return last instanceof Error ? last.message : String(last)
}
