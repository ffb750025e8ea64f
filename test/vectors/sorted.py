"""Writes sorted.json: documents, each with its sorted form by Python's json. Standard library only."""

import json
import pathlib

DOCUMENTS = [
    '{"b":1,"a":2}',
    "{ }",
    "[ ]",
    ' [\n1 ,\t{"b" : [] , "a":{}}\r] ',
    '"text"',
    "null",
    "[true,false]",
    "[1.0,1e-07,1E5,-0,-0.0,123456789012345678901234567890,0.1,123456789.123]",
    "[1e15,1e16,1.5e16,9999999999999998.0,0.0001,0.00001,1.25e-5,5e-324,1.7976931348623157e308,1e400,-1e400]",
    '{"é":"ü\\u2028\\u007f/","\\ud83d\\ude00":1,"\\uffff":2,"z":"\\"\\\\\\n\\u0001\\b\\f\\r\\t"}',
    '{"a":1,"b":{"c":1,"c":2},"a":3}',
    # A lone surrogate sorts below U+E000, a pair above U+FFFF.
    '{"\\ud83d":1,"\\ud83d\\ude00":2,"\\ue000":3,"\\ud83da":4}',
    '{"ab":1,"a":2,"":3,"😀b":4,"😀":5}',
]

VECTORS = [{"document": text, "sorted": json.dumps(json.loads(text), sort_keys=True)} for text in DOCUMENTS]
pathlib.Path(__file__).with_name("sorted.json").write_text(json.dumps(VECTORS, indent=1) + "\n")
