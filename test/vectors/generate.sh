#!/usr/bin/env bash
# Writes openssl.json: webhook signatures made by the openssl command. Needs bash, openssl and coreutils; README.md says why.
set -eu
export LC_ALL=C # Bytes, whatever the caller's locale.

secret='whsec_dGVzdCB2ZWN0b3I+Pz8/'
timestamp='1769868341'
envelope='{"event":"call.ended","timestamp":"2026-01-31T14:05:41.123456","data":{"call_id":"call_93","status":"ended","agent_id":"agent_8","duration_seconds":61,"cost_usd":0.04,"end_reason":"agent_hangup","recording_url":null},"event_id":"evt_0c4"}'
pretty='{\n    "event": "call.ended",\n    "data": {\n        "call_id": "call_93",\n        "duration_seconds": 61\n    }\n}\n'
separator=''

hex() { od -An -v -tx1 | tr -d ' \n'; }

# sign SECRET TIMESTAMP, with the body on standard input. The key goes in as hex, so that no byte of it needs quoting.
sign() {
  local key
  key=$(printf '%s' "$1" | hex)
  { printf '%s.' "$2"; cat; } | openssl dgst -sha256 -mac HMAC -macopt "hexkey:$key" -binary | hex
}

# write NAME SECRET TIMESTAMP BODY_MEMBERS SIGNATURE. No value here has a quote or a backslash: each is JSON as it stands.
write() {
  [ "${#5}" -eq 64 ] || { echo "no signature for $1" >&2; exit 1; }
  printf '%s\n  {\n    "name": "%s",\n    "secret": "%s",\n    "timestamp": "%s",\n    "body": {\n%s\n    },\n    "signature": "%s"\n  }' \
    "$separator" "$1" "$2" "$3" "$4" "$5"
  separator=','
}

# vector NAME SECRET TIMESTAMP BODY. Escapes in BODY are printf's (\n, \xff); a backslash that belongs to the body is doubled.
vector() {
  write "$1" "$2" "$3" \
    "      \"base64\": \"$(printf '%b' "$4" | base64 | tr -d '\n')\"" \
    "$(printf '%b' "$4" | sign "$2" "$3")"
}

# repeated NAME TIMESTAMP TEXT TIMES
repeated() {
  write "$1" "$secret" "$2" \
    "$(printf '      "repeat": "%s",\n      "times": %d' "$3" "$4")" \
    "$(yes "$3" | head -n "$4" | tr -d '\n' | sign "$secret" "$2")"
}

# body NAME BODY, secret NAME SECRET and timestamp NAME TIMESTAMP: the other values are the usual ones.
body() { vector "$1" "$secret" "$timestamp" "$2"; }
secret() { vector "$1" "$2" "$timestamp" "$envelope"; }
timestamp() { vector "$1" "$secret" "$2" "$envelope"; }

vectors() {
  printf '['

  # Secrets. The first two look like base64 and like hex, and must be decoded as neither.
  secret secret-whsec "$secret"
  secret secret-32-hex 00112233445566778899aabbccddeeff
  secret secret-1-character 0
  secret secret-accent-and-emoji $'cl\xc3\xa9-\xf0\x9f\x94\x90-secr\xc3\xa8te'
  secret secret-decomposed-accent $'cle\xcc\x81-secre\xcc\x80te' # Must not be normalised.
  # HMAC pads keys up to 64 bytes, and hashes longer ones (RFC 2104 section 2). Bytes count, not characters.
  secret secret-64-bytes 00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff
  secret secret-65-bytes 00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff0
  secret secret-128-bytes 00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff
  secret secret-68-bytes-in-17-characters "$(yes $'\xf0\x9f\x94\x90' | head -n 17 | tr -d '\n')"

  # Timestamps: the header's text is signed, never a parsed and printed copy of it.
  timestamp timestamp-unix-10-digits 1710772320
  timestamp timestamp-unix-1-digit 0
  timestamp timestamp-unix-11-digits 99999999999
  timestamp timestamp-iso-z 2026-03-18T14:32:00Z
  timestamp timestamp-iso-milliseconds-z 2026-03-18T14:32:00.250Z
  timestamp timestamp-iso-offset 2026-03-18T16:32:00+02:00
  timestamp timestamp-iso-microseconds-no-zone 2026-01-31T14:05:41.123456

  # Layout: other bytes for the same JSON.
  body body-pretty-newline-at-end "$pretty"
  body body-crlf "${pretty//\\n/\\r\\n}"
  body body-utf8-bom "\xef\xbb\xbf$envelope"

  # Text. Decoding to a string and back loses the bytes of several of these.
  body body-emoji-combining-rtl '{"event":"call.failed","data":{"error_message":"\xf0\x9f\x93\xb5 n\xcc\x83 \xd9\x85\xd8\xb1\xd8\xad\xd8\xa8\xd8\xa7"}}'
  body body-ascii-escaped '{"event":"call.failed","data":{"error_message":"\\ud83d\\udcf5 n\\u0303 \\u0645\\u0631\\u062D\\u0628\\u0627 \\/"}}'
  body body-lone-surrogate-escape '{"event":"call.failed","data":{"error_message":"\\udc00 \\ud800"}}'
  body body-not-utf8 '\xff\xfe\x80'
  body body-not-utf8-in-json '{"event":"call.failed","data":{"error_message":"\xff\xfe\x80"}}'
  body body-truncated-multibyte '{"event":"call.failed","data":{"error_message":"\xe2\x82'
  body body-nul-bytes '{"event":"call\x00.failed"}\x00'

  # Numbers: parsing and printing again gives other digits.
  body body-floats '{"event":"call.billed","data":{"costs":[1.0,1e-7,1E+2,0.1,-0.0,61.50]}}'
  body body-big-integer '{"event":"call.billed","data":{"call_id":12345678901234567890}}'

  # The separator is the first dot only.
  body body-dots-and-timestamp '{"event":"call.billed"}.1769868341.2026-01-31T14:05:41.123456.'
  body body-starts-with-dot ".$envelope"

  # Lengths. SHA-256 works on 64-byte blocks and ends the last with 9 bytes or more of padding: borders at 55/56 and 63/64/65.
  body body-empty ''
  body body-one-byte 0
  local length iso=2026-01-31T14:05:41Z
  for length in 55 56 63 64 65; do repeated "body-$length-bytes" "$iso" z "$length"; done
  for length in 55 56 63 64 65; do repeated "message-$length-bytes" "$iso" z "$((length - ${#iso} - 1))"; done
  repeated body-1-mib "$timestamp" 'call.ended.call.' 65536
  repeated body-1-mib-and-1-byte "$timestamp" z 1048577
  printf '\n]\n'
}

vectors >"$(dirname "$0")/openssl.json"
