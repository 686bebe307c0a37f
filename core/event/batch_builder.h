// Builds entries: a BatchBuilder collects them, a RecordWriter writes one in place.
//
//   BatchBuilder batch;
//   RecordWriter record(batch, now);
//   if (const char* why = parser.Parse(line, record)) ...   // destroyed uncommitted: rolled back
//   else record.Commit();
//   emitter.Emit(batch.Batch(tag), {&position, 1}, Ack());
#pragma once

#include <cstdint>
#include <string_view>

#include "core/base/bytes.h"
#include "core/event/event_batch.h"
#include "core/event/msgpack_writer.h"

namespace andon {

class BatchBuilder {
 public:
  uint32_t count() const { return count_; }
  size_t bytes() const { return buffer_.size(); }
  bool empty() const { return count_ == 0; }
  void Clear();    // Keeps the memory.
  void Release();  // Gives it back.
  // Borrows: valid until the next change.
  EventBatch Batch(const Tag& tag) const;
  // A whole valid entry of that time.
  void Append(EventTime time, Bytes entry);

 private:
  friend class RecordWriter;  // Two halves of one thing: the writer writes in the buffer.
  ByteBuffer buffer_;
  uint32_t count_ = 0;
  TimeRange times_;
};

// One entry, written in place at the end of a BatchBuilder. Without Commit() it rolls back. One at
// a time per builder. Nested maps and arrays are closed in the order opened.
class RecordWriter {
 public:
  RecordWriter(BatchBuilder& batch, EventTime time);
  ~RecordWriter();
  RecordWriter(const RecordWriter&) = delete;
  RecordWriter& operator=(const RecordWriter&) = delete;

  // Replaces the time that the record was begun with.
  void Time(EventTime time) { time_ = time; }
  EventTime time() const { return time_; }

  void Field(std::string_view key, std::string_view value);
  void Field(std::string_view key, const char* value) { Field(key, std::string_view(value)); }
  void Field(std::string_view key, int64_t value);
  void FieldUint(std::string_view key, uint64_t value);
  void FieldFloat(std::string_view key, double value);
  void FieldBool(std::string_view key, bool value);
  void FieldNil(std::string_view key);
  void FieldBinary(std::string_view key, Bytes value);
  void Field(std::string_view key, ValueView value);
  // A nested map or array under `key`; then fields (map) or values (array), then End().
  void BeginMap(std::string_view key);
  void BeginArray(std::string_view key);
  void BeginMapValue();  // As an element of an array.
  void BeginArrayValue();
  void End();
  void Value(std::string_view value);  // An element of an array.
  void Value(ValueView value);
  // Counts one more field or element and lets the caller write it (key and value in a map).
  MsgpackWriter RawField(std::string_view key);
  MsgpackWriter RawValue();

  // Takes back all fields written so far: another parser may try.
  void Reset();
  uint32_t fields() const;  // At the top.

  // The entry is complete. kRejected-like misuse (an open map) is a CHECK.
  void Commit();

 private:
  static constexpr int kMaxDepth = 32;
  struct Level {
    size_t header;  // Offset of the reserved header in the buffer.
    uint32_t count;
    bool map;
  };
  void Key(std::string_view key);
  void Open(bool map);
  BatchBuilder& batch_;
  EventTime time_;
  size_t begin_;
  int depth_ = 0;
  bool committed_ = false;
  Level levels_[kMaxDepth];
};

}  // namespace andon
