// JSON text into a record, with simdjson (https://simdjson.org).
#pragma once

#include <memory>
#include <string_view>

#include "core/codec/field_writer.h"
#include "core/event/batch_builder.h"

namespace andon {

// Deepest nesting of maps and arrays in a record.
inline constexpr int kMaxJsonDepth = 31;

// Keeps its memory from line to line. Thread: the owner's.
class JsonReader {
 public:
  // `fields` does the event's time and types; it outlives this.
  explicit JsonReader(FieldWriter& fields);
  ~JsonReader();

  // Writes the fields of one JSON object. Of a key that comes again, the last counts. A number that
  // neither 64 bits nor a double can hold is written as its text. Null, or a literal that says why
  // not; `out` may then hold some fields.
  const char* Read(std::string_view text, RecordWriter& out);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace andon
