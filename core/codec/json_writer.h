// msgpack as JSON text (RFC 8259), valid whatever the bytes are:
//
//   bytes of a string that are no UTF-8    U+FFFD, one for each longest part of a character
//   bin                                    a string, likewise
//   NaN, infinity                          null
//   EventTime                              "2026-11-21T13:12:19.123456789Z"
//   any other ext                          "ext(7):00ff", its type and its bytes in hex
//   a key that is no string                its JSON text as a string: "1", "true", "[1,2]"
//
// Floats that are whole keep their ".0". Keys that a map repeats stay repeated.
#pragma once

#include <span>
#include <string_view>

#include "core/base/bytes.h"
#include "core/codec/member_cache.h"
#include "core/event/record_view.h"
#include "core/event/value_view.h"

namespace andon {

// Each appends to `out`. Thread: any.
void AppendJson(ValueView value, ByteBuffer& out);
void AppendJsonString(std::string_view text, ByteBuffer& out);
// One value of validated bytes, or a map's pair as `"key":value`; each returns where it ends.
const std::byte* AppendJsonValue(const std::byte* at, ByteBuffer& out);
const std::byte* AppendJsonField(const std::byte* at, ByteBuffer& out);
// The record's fields, `"key":value` with commas between them, but those named in `without`.
// `first`: nothing stands in front of them. Returns false when there was none.
bool AppendJsonFields(const RecordView& record, std::span<const std::string_view> without,
                      bool first, ByteBuffer& out);

// Writes records of which many are alike: their keys are escaped once. Thread: the owner's.
class JsonRecordWriter {
 public:
  // A map of validated bytes; returns where it ends. What stands in front of `readable` may be
  // read, whatever it is: most texts are found plain sixteen bytes at a time.
  const std::byte* Append(const std::byte* at, const std::byte* readable, ByteBuffer& out);

 private:
  MemberCache keys_;
};

}  // namespace andon
