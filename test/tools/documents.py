"""Random documents of JSON, each with what Python's json makes of it when it sorts the keys.

usage: documents.py SEED COUNT, prints a line [document, expected] for each
"""

import json
import random
import sys

seed, count = (int(argument) for argument in sys.argv[1:])
random.seed(seed)

CHARACTERS = [
    lambda: chr(random.randrange(32, 127)),
    lambda: chr(random.randrange(0, 0x100)),
    lambda: chr(random.randrange(0, 0xD800)),
    lambda: chr(random.randrange(0xD800, 0xE000)),
    lambda: chr(random.randrange(0xE000, 0x110000)),
    lambda: random.choice('"\\/\b\f\n\r\t\u2028\x7f'),
]

CORNERS = """0 -0 0.0 -0.0 1.0 1e15 1e16 9999999999999998.0 0.0001 0.00001 1e-07 5e-324 1E400 -1E400
    2.2250738585072014e-308 1.7976931348623157e308 123456789012345678 0.1 1e22 1e23""".split()


def text():
    return "".join(random.choice(CHARACTERS)() for _ in range(random.choice([0, 1, 2, 5, 12])))


def spelled_float():
    fraction = random.choice(["", ".0", ".500", f".{random.randrange(1000)}"])
    exponent = random.choice(["e", "E", "e+", "E-"]) + str(random.randrange(330))
    return random.choice(["", "-"]) + str(random.randrange(10)) + fraction + exponent


NUMBERS = [
    lambda: str(random.randrange(-1000, 1000)),
    lambda: str(random.randrange(-(10**40), 10**40)),
    lambda: str(10 ** random.randrange(30)),
    lambda: repr(random.uniform(-1e6, 1e6)),
    lambda: repr(random.uniform(-1, 1) * 10.0 ** random.randrange(-320, 309)),
    lambda: f"{random.randrange(1000)}.{random.randrange(10 ** random.randrange(1, 25))}",
    lambda: random.choice(CORNERS),
    spelled_float,
]


def spelled(string):
    # A lone surrogate has no bytes in UTF-8: it can only be escaped.
    is_lone = any(0xD800 <= ord(character) < 0xE000 for character in string)
    spelling = json.dumps(string, ensure_ascii=is_lone or random.random() < 0.5)
    return spelling.replace("/", "\\/") if random.random() < 0.1 else spelling


def space():
    return random.choice(["", "", "", " ", "\n", "\t", " \r\n "])


def document(depth=0):
    kind = random.randrange(10 if depth < 6 else 6)
    if kind < 2:
        return random.choice(NUMBERS)()
    if kind < 4:
        return spelled(text())
    if kind < 6:
        return random.choice(["true", "false", "null", "{}", "[]", "{ }", "[ ]"])
    if kind < 8:
        items = [space() + document(depth + 1) + space() for _ in range(random.randrange(5))]
        return f"[{','.join(items)}]"
    keys = [text() for _ in range(random.randrange(6))]
    if keys and random.random() < 0.3:
        keys.append(random.choice(keys))
    members = [f"{space()}{spelled(key)}{space()}:{space()}{document(depth + 1)}{space()}" for key in keys]
    return f"{{{','.join(members)}}}"


for _ in range(count):
    body = space() + document() + space()
    print(json.dumps([body, json.dumps(json.loads(body.encode()), sort_keys=True)]))
