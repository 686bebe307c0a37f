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
#include "core/base/check.h"
#include "core/base/short_copy.h"
#include "core/event/event_batch.h"
#include "core/event/msgpack_format.h"
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

  // For who writes many whole fields at once: where up to `bytes` of them go (msgpack_pen.h), then
  // how many they were and where they end.
  std::byte* BeginFields(size_t bytes);
  void EndFields(uint32_t count, const std::byte* end);

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
  std::byte* ShortKey(std::string_view key, size_t value_bytes);
  void EndValue(const std::byte* end);
  void LongField(std::string_view key, std::string_view value);
  void LongField(std::string_view key, int64_t value);
  void Open(bool map);
  BatchBuilder& batch_;
  EventTime time_;
  size_t begin_;
  int depth_ = 0;
  bool committed_ = false;
  Level levels_[kMaxDepth];
};

// Counts a field, makes room for it and writes its key, which is shorter than 32 bytes; returns
// where the value of up to `value_bytes` goes. Inline, since most keys are literals.
inline std::byte* RecordWriter::ShortKey(std::string_view key, size_t value_bytes) {
  Level& level = levels_[depth_ - 1];
  CHECK(level.map);
  ++level.count;
  std::byte* const at = batch_.buffer_.Tail(1 + key.size() + value_bytes);
  *at = static_cast<std::byte>(msgpack::kFixString | key.size());
  return CopyShort(at + 1, key);
}

inline void RecordWriter::EndValue(const std::byte* end) {
  batch_.buffer_.Truncate(static_cast<size_t>(end - batch_.buffer_.data()));
}

inline std::byte* RecordWriter::BeginFields(size_t bytes) {
  CHECK(levels_[depth_ - 1].map);
  return batch_.buffer_.Tail(bytes);
}

inline void RecordWriter::EndFields(uint32_t count, const std::byte* end) {
  levels_[depth_ - 1].count += count;
  EndValue(end);
}

inline void RecordWriter::Field(std::string_view key, std::string_view value) {
  if (key.size() >= 32 || value.size() > UINT16_MAX) return LongField(key, value);
  std::byte* at = ShortKey(key, 3 + value.size());
  if (value.size() < 32) {
    *at++ = static_cast<std::byte>(msgpack::kFixString | value.size());
  } else if (value.size() <= UINT8_MAX) {
    *at++ = std::byte{msgpack::kString8};
    *at++ = static_cast<std::byte>(value.size());
  } else {
    *at = std::byte{msgpack::kString16};
    StoreBigEndian(at + 1, static_cast<uint16_t>(value.size()));
    at += 3;
  }
  EndValue(CopyShort(at, value));
}

inline void RecordWriter::Field(std::string_view key, int64_t value) {
  if (key.size() >= 32 || value < 0 || value > UINT32_MAX) return LongField(key, value);
  std::byte* at = ShortKey(key, 5);
  if (value < msgpack::kFixMap) {
    *at++ = static_cast<std::byte>(value);
  } else if (value <= UINT8_MAX) {
    *at++ = std::byte{msgpack::kUint8};
    *at++ = static_cast<std::byte>(value);
  } else if (value <= UINT16_MAX) {
    *at = std::byte{msgpack::kUint16};
    StoreBigEndian(at + 1, static_cast<uint16_t>(value));
    at += 3;
  } else {
    *at = std::byte{msgpack::kUint32};
    StoreBigEndian(at + 1, static_cast<uint32_t>(value));
    at += 5;
  }
  EndValue(at);
}

inline void RecordWriter::FieldNil(std::string_view key) {
  if (key.size() >= 32) return RawField(key).Nil();
  std::byte* const at = ShortKey(key, 1);
  *at = std::byte{msgpack::kNil};
  EndValue(at + 1);
}

}  // namespace andon
