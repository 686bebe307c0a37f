// Events as tests write and read them: a tag, a time, a record in JSON.
#pragma once

#include <initializer_list>
#include <iosfwd>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/event/batch_builder.h"
#include "core/event/chunk.h"
#include "core/event/event_batch.h"

namespace andon {

inline constexpr EventTime kTestTime{1'800'000'000, 0};

struct TestEvent {
  std::string tag;
  std::string record;  // JSON in the form of NormalJson.
  EventTime time = kTestTime;
  bool operator==(const TestEvent&) const = default;
};
void PrintTo(const TestEvent& event, std::ostream* out);

// With the record brought into the normal form.
TestEvent EventFromJson(std::string_view tag, std::string_view json, EventTime time = kTestTime);
std::string JsonFromEvent(const EntryView& entry);

// The events of a batch or of a chunk, decoded.
std::vector<TestEvent> DecodeBatch(const EventBatch& batch);
std::vector<TestEvent> DecodeEntries(std::string_view tag, Bytes entries);
std::vector<TestEvent> DecodeChunk(const Chunk& chunk);

void AppendJson(BatchBuilder& batch, std::string_view json, EventTime time = kTestTime);

// A batch that owns its tag and bytes.
//
//   TestBatch batch("log.a", {R"({"level":"INFO"})"});
//   filter->Apply(batch.batch(), tags, rewriter);
class TestBatch {
 public:
  TestBatch(std::string_view tag, std::initializer_list<std::string_view> records,
            EventTime time = kTestTime);
  TestBatch(std::string_view tag, const std::vector<std::string>& records,
            EventTime time = kTestTime);
  EventBatch batch() const { return builder_.Batch(tag_); }
  const Tag& tag() const { return tag_; }

 private:
  Tag tag_;
  BatchBuilder builder_;
};

struct ChunkSpec {
  LaneId lane{1, 1};
  Sequence first = 1;
  Sequence settled = 0;
};
// A chunk of these events, numbered one behind the other from `spec.first`; neighbours of one tag
// are one piece. It owns what it needs.
Chunk MakeChunk(const std::vector<TestEvent>& events, const ChunkSpec& spec = {});

}  // namespace andon
