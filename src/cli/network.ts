/** Explains why a request got no response. */

/** Explanations by the `code` of an error from Node's `net`, `tls` or `http`, or from fetch. */
const NETWORK_ERRORS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there. Check that the receiver is running on this port.',
  ECONNRESET: 'the receiver closed the connection without a response. Look at its log for a crash.',
  UND_ERR_SOCKET: 'the receiver closed the connection without a response. Look at its log for a crash.',
  EPIPE: 'the receiver closed the connection while the body was being sent. Look at its log.',
  ENOTFOUND: 'there is no host with this name. Check the URL.',
  EAI_AGAIN: "the name of the host couldn't be looked up. Check that this machine is online.",
  ETIMEDOUT: "no response came in time. Look at the receiver's log.",
  EHOSTUNREACH: "the host can't be reached from here. Check the URL and the network.",
  ENETUNREACH: "the network can't be reached from here. Check that this machine is online.",
  EMFILE:
    "this process can't open more connections. Send fewer deliveries at once, or raise the limit of open files (ulimit -n).",
  EADDRNOTAVAIL:
    'this machine has no free port to connect from. Wait a minute, and send fewer deliveries at once.',
  DEPTH_ZERO_SELF_SIGNED_CERT:
    "the server's TLS certificate is self-signed. Truedy may reject it, too, so use one from a public authority.",
  SELF_SIGNED_CERT_IN_CHAIN:
    "the server's TLS certificate comes from a private authority. Truedy may reject it, too, so use one from a public authority.",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    "the server doesn't send its intermediate TLS certificates. Configure the full chain.",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    "this machine doesn't trust the issuer of the server's TLS certificate. Use one from a public authority.",
  CERT_HAS_EXPIRED: "the server's TLS certificate has expired. Renew it.",
  CERT_NOT_YET_VALID: "the server's TLS certificate isn't valid yet. Check the clock of this machine.",
  ERR_TLS_CERT_ALTNAME_INVALID: "the server's TLS certificate is for another host name. Check the URL.",
  ERR_SSL_WRONG_VERSION_NUMBER: 'the server speaks plain HTTP on this port, not TLS. Use http:// for it.',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'the server speaks plain HTTP on this port, not TLS. Use http:// for it.',
  EPROTO: 'the TLS handshake failed. If this port speaks plain HTTP, use http:// for it.',
  HPE_INVALID_CONSTANT: "the response isn't HTTP. If this port expects TLS, use https:// for it.",
  HPE_INVALID_HTTP_TOKEN: "the response isn't HTTP. If this port expects TLS, use https:// for it.",
}

/**
 * Explains why a request failed, and what to do. Starts in lowercase, so that it can follow a colon.
 *
 * @param error - what Node's http or fetch threw
 */
export function explainNetworkError(error: unknown): string {
  for (let each: unknown = error; each instanceof Error; each = each.cause) {
    if (each.name === 'TimeoutError') return NETWORK_ERRORS['ETIMEDOUT'] ?? each.message
    // Only some of Node's errors have these properties.
    const { code, errors } = each as NodeJS.ErrnoException & { errors?: readonly unknown[] }
    const reason = NETWORK_ERRORS[code ?? '']
    if (reason) return reason
    // An AggregateError has one error for each address of the host (localhost has two).
    if (errors?.[0]) return explainNetworkError(errors[0])
  }
  const last = error instanceof Error && error.cause instanceof Error ? error.cause : error
  return last instanceof Error ? last.message : String(last)
}
