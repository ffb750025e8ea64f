/** Explains why a request got no response. */

/** Explanations by the `code` of an error of Node's `net`, `tls` or `http`, or of fetch. */
const NETWORK_ERRORS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there. Check that the receiver is running on this port.',
  ECONNRESET: 'the receiver closed the connection without a response. Look at its log for a crash.',
  UND_ERR_SOCKET: 'the receiver closed the connection without a response. Look at its log for a crash.',
  EPIPE: 'the receiver closed the connection while the body was being sent. Look at its log.',
  ENOTFOUND: 'there is no host with this name. Check the URL.',
  EAI_AGAIN: "the name of the host couldn't be looked up. Check that this machine is online.",
  ETIMEDOUT: 'no response came in time. Look at the log of the receiver.',
  EHOSTUNREACH: "the host can't be reached from here. Check the URL and the network.",
  ENETUNREACH: "the network can't be reached from here. Check that this machine is online.",
  EMFILE: "this machine can't open more connections. Lower --rate, because too many wait for a response.",
  EADDRNOTAVAIL:
    'this machine has no free port to connect from. Lower --rate, because too many wait for a response.',
  DEPTH_ZERO_SELF_SIGNED_CERT:
    'TLS: its certificate is self-signed. Truedy would reject it, too, so use one from a public authority.',
  SELF_SIGNED_CERT_IN_CHAIN:
    'TLS: its certificate is self-signed. Truedy would reject it, too, so use one from a public authority.',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    "TLS: the server doesn't send its intermediate certificates. Configure the full chain.",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    "TLS: this machine doesn't trust the issuer of its certificate. Use one from a public authority.",
  CERT_HAS_EXPIRED: 'TLS: its certificate has expired. Renew it.',
  CERT_NOT_YET_VALID: "TLS: its certificate isn't valid yet. Check the clock of this machine.",
  ERR_TLS_CERT_ALTNAME_INVALID: 'TLS: its certificate is for another host name. Check the URL.',
  ERR_SSL_WRONG_VERSION_NUMBER: 'TLS: this port speaks plain HTTP. Use http:// for it.',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'TLS: this port speaks plain HTTP. Use http:// for it.',
  EPROTO: 'TLS: the handshake failed. If this port speaks plain HTTP, use http:// for it.',
  HPE_INVALID_CONSTANT: "the response isn't HTTP. If this port expects TLS, use https:// for it.",
  HPE_INVALID_HTTP_TOKEN: "the response isn't HTTP. If this port expects TLS, use https:// for it.",
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
