#include "core/event/batch_builder.h"

#include "core/base/check.h"
#include "core/event/container_head.h"
#include "core/event/msgpack_format.h"

namespace andon {
namespace {

constexpr size_t kTimeBytes = 11;  // The array's head and the event time in front of the record.

}  // namespace

void BatchBuilder::Clear() {
  buffer_.Clear();
  count_ = 0;
  times_ = {};
}

void BatchBuilder::Release() {
  buffer_.Release();
  Clear();
}

EventBatch BatchBuilder::Batch(const Tag& tag) const {
  return {tag, buffer_.bytes(), count_, times_, {}};
}

void BatchBuilder::Append(EventTime time, Bytes entry) {
  buffer_.Append(entry);
  ++count_;
  times_.Add(time);
}

RecordWriter::RecordWriter(BatchBuilder& batch, EventTime time)
    : batch_(batch), time_(time), begin_(batch.buffer_.size()) {
  batch_.buffer_.Extend(kTimeBytes);
  Open(true);
}

RecordWriter::~RecordWriter() {
  if (!committed_) batch_.buffer_.Truncate(begin_);
}

void RecordWriter::Open(bool map) {
  CHECK(depth_ < kMaxDepth);
  levels_[depth_++] = {BeginContainer(batch_.buffer_), 0, map};
}

void RecordWriter::End() {
  CHECK(depth_ > 0);
  const Level& level = levels_[--depth_];
  EndContainer(batch_.buffer_, level.header, level.map, level.count);
}

void RecordWriter::Key(std::string_view key) {
  Level& level = levels_[depth_ - 1];
  CHECK(level.map);
  ++level.count;
  MsgpackWriter(batch_.buffer_).String(key);
}

MsgpackWriter RecordWriter::RawField(std::string_view key) {
  Key(key);
  return MsgpackWriter(batch_.buffer_);
}

MsgpackWriter RecordWriter::RawValue() {
  Level& level = levels_[depth_ - 1];
  CHECK(!level.map);
  ++level.count;
  return MsgpackWriter(batch_.buffer_);
}

void RecordWriter::LongField(std::string_view key, std::string_view value) {
  RawField(key).String(value);
}
void RecordWriter::LongField(std::string_view key, int64_t value) { RawField(key).Int(value); }
void RecordWriter::FieldUint(std::string_view key, uint64_t value) { RawField(key).Uint(value); }
void RecordWriter::FieldFloat(std::string_view key, double value) { RawField(key).Float(value); }
void RecordWriter::FieldBool(std::string_view key, bool value) { RawField(key).Bool(value); }
void RecordWriter::FieldBinary(std::string_view key, Bytes value) { RawField(key).Binary(value); }
void RecordWriter::Field(std::string_view key, ValueView value) {
  RawField(key).Raw(value.bytes());
}

void RecordWriter::BeginMap(std::string_view key) {
  Key(key);
  Open(true);
}

void RecordWriter::BeginArray(std::string_view key) {
  Key(key);
  Open(false);
}

void RecordWriter::BeginMapValue() {
  RawValue();
  Open(true);
}

void RecordWriter::BeginArrayValue() {
  RawValue();
  Open(false);
}

void RecordWriter::Value(std::string_view value) { RawValue().String(value); }
void RecordWriter::Value(ValueView value) { RawValue().Raw(value.bytes()); }

void RecordWriter::Reset() {
  CHECK(!committed_);
  batch_.buffer_.Truncate(begin_ + kTimeBytes);
  depth_ = 0;
  Open(true);
}

uint32_t RecordWriter::fields() const { return levels_[0].count; }

void RecordWriter::Commit() {
  CHECK(!committed_);
  CHECK(depth_ == 1);
  End();
  std::byte* const at = batch_.buffer_.data() + begin_;
  at[0] = std::byte{msgpack::kFixArray | 2};
  at[1] = std::byte{msgpack::kFixExt8};
  at[2] = std::byte{0};
  StoreBigEndian(at + 3, time_.seconds);
  StoreBigEndian(at + 7, time_.nanoseconds);
  ++batch_.count_;
  batch_.times_.Add(time_);
  committed_ = true;
}

}  // namespace andon
