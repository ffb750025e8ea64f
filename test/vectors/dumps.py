"""Writes dumps.json: JSON as JavaScript writes it, each with the form of Python's json.dumps. Standard library only."""

import json
import pathlib

DOCUMENTS = [
    "{}",
    '{"a":{},"b":[],"c":[{}],"d":[1,[2,[3]]]}',
    '{"event":"call.ended","timestamp":"2026-03-18T14:32:00.000Z","data":{"call":{"ended":null}},"id":"evt_1"}',
    '[true,false,null,"","true","null","1","-1.5e-7",", ",": ","[1,2]","{\\"a\\":1}"]',
    '[0,1,-1,123456789,9007199254740992,10000000000000000,123456789012345680000]',
    "[0.1,-0.1,0.12,123.456,0.0001,0.00001,0.000015,0.000001,1e-7,1.5e-7,-1.5e-7,5e-324]",
    "[1e+21,1.5e+21,-1e+22,1e+100,1.7976931348623157e+308,123456789012345.6]",
    '{"ü":"Grüße, 世界 – “so”","👩‍🚀":"👩‍🚀 e\u0301 \u202eabc","~":"~\u007f\u0080\u00ff"}',
    '"\\"\\\\/\\b\\f\\n\\r\\t\\u0000\\u0001\\u001f \u2028\u2029\ufeff\uffff"',
    '["\\ud800","\\udbff","\\udc00","\\udfff","a\\ud83d","\\ude00b"]',
    '{"\\\\":"\\\\\\\\","\\"":"\\\\\\"","a:b,c":[":",","]}',
]

VECTORS = [{"json": text, "dumps": json.dumps(json.loads(text))} for text in DOCUMENTS]
pathlib.Path(__file__).with_name("dumps.json").write_text(json.dumps(VECTORS, indent=1) + "\n")
