"""Events that Elasticsearch takes, though they look odd, and events that it cannot take."""

import struct

import msgpack


def raw(record):
    """A record whose strings may be any bytes."""
    return msgpack.packb(record, use_bin_type=True, unicode_errors="surrogateescape")


def string(data):
    return struct.pack(">BI", 0xdb, len(data)) + data


def nested(depth):
    record = {"leaf": 1}
    for _ in range(depth):
        record = {"d": record}
    return record


MAPPING = {"properties": {"n": {"type": "long"}, "when": {"type": "date"}, "key": {"type": "keyword"},
                          "inner": {"properties": {"x": {"type": "long"}}}, "message": {"type": "text"}}}

# name -> packed record; `name` is in each, so that it is found again.
GOOD = {
    "japanese": raw({"case": "japanese", "message": "日本語のログ 漢字かな交じり文 🎌"}),
    "nul": raw({"case": "nul", "message": "a\0b", "key": "\0"}),
    "controls": raw({"case": "controls", "message": "".join(map(chr, range(32))) + "\x7f\"\\/"}),
    "utf8": b"\x82" + string(b"case") + string(b"utf8") + string(b"message") + string(b"ok \xff\xfe\xc3( \xed\xa0\x80 \xf5"),
    "utf8_key": b"\x82" + string(b"case") + string(b"utf8_key") + string(b"k\xff") + b"\x01",
    "int53": raw({"case": "int53", "n": 2 ** 53 + 1}),
    "int63": raw({"case": "int63", "n": 2 ** 63 - 1}),
    "negative": raw({"case": "negative", "n": -2 ** 63}),
    "nan": raw({"case": "nan", "n": float("nan")}),
    "infinite": raw({"case": "infinite", "n": float("-inf")}),
    "binary": raw({"case": "binary", "message": b"\x00\xff"}),
    "ext": raw({"case": "ext", "message": msgpack.ExtType(7, b"\x01\x02")}),
    "deep": raw({"case": "deep", **nested(15)}),
    "long_text": raw({"case": "long_text", "message": "x" * 200_000}),
    "number_key": b"\x82" + string(b"case") + string(b"number_key") + b"\x01\x02",
    "empty": raw({"case": "empty", "message": "", "inner": {}, "list": [], "nothing": None}),
}
BAD = {
    "text_as_long": raw({"case": "text_as_long", "n": "abc"}),
    "object_as_long": raw({"case": "object_as_long", "n": {"a": 1}}),
    "long_as_object": raw({"case": "long_as_object", "inner": 5}),
    "no_date": raw({"case": "no_date", "when": "yesterday"}),
    "too_long_key": raw({"case": "too_long_key", "key": "x" * 40_000}),
    "many_fields": raw({"case": "many_fields", **{f"f{i}": i for i in range(10_000)}}),
    "too_deep": raw({"case": "too_deep", **nested(60)}),
    "int64": raw({"case": "int64", "n": 2 ** 64 - 1}),
    "too_big": raw({"case": "too_big", "message": "y" * 3_000_000}),
    "empty_key": raw({"case": "empty_key", "": 1}),
    "metadata_key": raw({"case": "metadata_key", "_id": "x"}),
    "repeated_key": b"\x83" + string(b"case") + string(b"repeated_key") + string(b"n") + b"\x01" + string(b"n") + b"\x02",
    "dots": raw({"case": "dots", "..": 1}),
}
