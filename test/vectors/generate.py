"""Writes python.json: webhook signatures made by Python's hmac and hashlib. Standard library only; README.md says why."""

import base64
import hashlib
import hmac
import json
import pathlib

SECRET = "whsec_bm90IGEgcmVhbCBzZWNyZXQ="
TIMESTAMP = "1773844320"
ENVELOPE = (
    b'{"event":"call.ended","timestamp":"2026-03-18T14:32:00.000Z","data":{"call":{"callId":"call_7Q2","agent":'
    b'{"agentId":"agent_31","name":"Front desk"},"duration":123.5,"costUsd":0.0825,"summary":"Booked for Friday.",'
    b'"endReason":"hangup"}},"id":"evt_abc123"}'
)
PRETTY = json.dumps(json.loads(ENVELOPE), indent=2).encode("ascii") + b"\n"

vectors = []


def sign(secret, timestamp, body):
    message = timestamp.encode("ascii") + b"." + body
    return hmac.new(secret.encode("utf-8"), message, hashlib.sha256).hexdigest()


def vector(name, body=ENVELOPE, secret=SECRET, timestamp=TIMESTAMP):
    stored = {"base64": base64.b64encode(body).decode("ascii")}
    add(name, secret, timestamp, stored, body)


def repeated(name, text, times, timestamp=TIMESTAMP):
    add(name, SECRET, timestamp, {"repeat": text, "times": times}, text.encode("ascii") * times)


def add(name, secret, timestamp, stored_body, body):
    vectors.append(
        {
            "name": name,
            "secret": secret,
            "timestamp": timestamp,
            "body": stored_body,
            "signature": sign(secret, timestamp, body),
        }
    )


# Secrets. The first two look like base64 and like hex, and must be decoded as neither.
vector("secret-whsec")
vector("secret-32-hex", secret="0123456789abcdef0123456789abcdef")
vector("secret-1-character", secret="k")
vector("secret-accent-and-emoji", secret="whsec_caf\u00e9 \U0001f511")
vector("secret-decomposed-accent", secret="whsec_cafe\u0301")  # Must not be normalised to the one above.
# HMAC pads keys up to 64 bytes, and hashes longer ones (RFC 2104 section 2). Bytes count, not characters.
vector("secret-64-bytes", secret="whsec_" + "0123456789" * 5 + "abcdefgh")
vector("secret-65-bytes", secret="whsec_" + "0123456789" * 5 + "abcdefghi")
vector("secret-100-bytes", secret="whsec_" + "0123456789" * 9 + "abcd")
vector("secret-66-bytes-in-33-characters", secret="\u00e9" * 33)

# Timestamps: the header's text is signed, never a parsed and printed copy of it.
vector("timestamp-unix-10-digits", timestamp="1769868341")
vector("timestamp-unix-1-digit", timestamp="7")
vector("timestamp-unix-11-digits", timestamp="10000000000")
vector("timestamp-iso-z", timestamp="2026-01-31T14:05:41Z")
vector("timestamp-iso-milliseconds-z", timestamp="2026-01-31T14:05:41.000Z")
vector("timestamp-iso-offset", timestamp="2026-01-31T16:05:41+02:00")
vector("timestamp-iso-microseconds-no-zone", timestamp="2026-01-31T14:05:41.123456")

# Layout: the same envelope in other bytes.
vector("body-pretty-newline-at-end", PRETTY)
vector("body-crlf", PRETTY.replace(b"\n", b"\r\n"))
vector("body-utf8-bom", b"\xef\xbb\xbf" + ENVELOPE)

# Text. Decoding to a string and back loses the bytes of several of these.
vector(
    "body-emoji-combining-rtl",
    '{"event":"call.ended","data":{"summary":"\U0001f4de\U0001f469\u200d\U0001f4bb e\u0301 \u05e9\u05dc\u05d5\u05dd"}}'.encode("utf-8"),
)
vector("body-ascii-escaped", rb'{"event":"call.ended","data":{"summary":"\ud83d\udcde e\u0301 \u05e9\u05dc\u05d5\u05dd \/"}}')
vector("body-lone-surrogate-escape", rb'{"event":"call.ended","data":{"summary":"\ud800"}}')
vector("body-not-utf8", b"\xff\xfe\x80")
vector("body-not-utf8-in-json", b'{"event":"call.ended","data":{"summary":"\xff\xfe\x80"}}')
vector("body-truncated-multibyte", b'{"event":"call.ended","data":{"summary":"\xf0\x9f\x93')
vector("body-nul-bytes", b'\x00{"event":"call.ended\x00"}\x00\x00')

# Numbers: parsing and printing again gives other digits.
vector("body-floats", b'{"event":"call.ended","data":{"a":1.0,"b":1e-7,"c":1E+2,"d":0.1,"e":-0.0}}')
vector("body-big-integer", b'{"event":"call.ended","data":{"call_id":12345678901234567890,"b":-9007199254740993}}')

# The separator is the first dot only.
vector("body-dots-and-timestamp", b'1773844320.{"event":"call.ended","timestamp":"1773844320.5"}...')
vector("body-starts-with-dot", b"." + ENVELOPE)

# Lengths. SHA-256 works on 64-byte blocks and ends the last with 9 bytes or more of padding: borders at 55/56 and 63/64/65.
vector("body-empty", b"")
vector("body-one-byte", b"{")
for length in (55, 56, 63, 64, 65):
    repeated(f"body-{length}-bytes", "a", length)
for length in (55, 56, 63, 64, 65):
    repeated(f"message-{length}-bytes", "a", length - len(TIMESTAMP + "."))
repeated("body-1-mib", "0123456789abcdef", 65536)
repeated("body-1-mib-and-1-byte", "0123456789abcdef.", 61681)  # 17 * 61681 = 1048577

output = pathlib.Path(__file__).with_name("python.json")
output.write_bytes((json.dumps(vectors, indent=2, ensure_ascii=False) + "\n").encode("utf-8"))
