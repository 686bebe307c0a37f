#include "test/support/test_event.h"

#include <ostream>
#include <utility>

#include "core/event/msgpack_writer.h"
#include "test/support/json_text.h"

namespace andon {
namespace {

// What a test's chunk points into.
struct ChunkMemory {
  std::vector<std::unique_ptr<Tag>> tags;
  std::vector<std::unique_ptr<BatchBuilder>> builders;
};

}  // namespace

void PrintTo(const TestEvent& event, std::ostream* out) {
  *out << event.tag << " @" << event.time.seconds << "." << event.time.nanoseconds << " "
       << event.record;
}

TestEvent EventFromJson(std::string_view tag, std::string_view json, EventTime time) {
  return {std::string(tag), NormalJson(json), time};
}

std::string JsonFromEvent(const EntryView& entry) { return JsonFromValue(entry.record.map()); }

std::vector<TestEvent> DecodeEntries(std::string_view tag, Bytes entries) {
  std::vector<TestEvent> events;
  for (EntryIterator it(entries); !it.done(); it.Next()) {
    events.push_back({std::string(tag), JsonFromEvent(*it), it->time});
  }
  return events;
}

std::vector<TestEvent> DecodeBatch(const EventBatch& batch) {
  return DecodeEntries(batch.tag.text(), batch.entries);
}

std::vector<TestEvent> DecodeChunk(const Chunk& chunk) {
  std::vector<TestEvent> events;
  for (const Piece& piece : chunk.pieces()) {
    for (TestEvent& event : DecodeEntries(piece.tag->text(), piece.entries)) {
      events.push_back(std::move(event));
    }
  }
  return events;
}

void AppendJson(BatchBuilder& batch, std::string_view json, EventTime time) {
  ByteBuffer entry;
  MsgpackWriter writer(entry);
  writer.ArrayHeader(2);
  writer.Time(time);
  writer.Raw(MsgpackFromJson(json).bytes());
  batch.Append(time, entry.bytes());
}

TestBatch::TestBatch(std::string_view tag, std::initializer_list<std::string_view> records,
                     EventTime time)
    : tag_(std::string(tag)) {
  for (const std::string_view record : records) AppendJson(builder_, record, time);
}

TestBatch::TestBatch(std::string_view tag, const std::vector<std::string>& records, EventTime time)
    : tag_(std::string(tag)) {
  for (const std::string& record : records) AppendJson(builder_, record, time);
}

Chunk MakeChunk(const std::vector<TestEvent>& events, const ChunkSpec& spec) {
  auto memory = std::make_shared<ChunkMemory>();
  Chunk::Parts parts;
  parts.lane = spec.lane;
  parts.settled = spec.settled;
  parts.window = {spec.first, spec.first + events.size() - 1};
  for (size_t i = 0; i < events.size();) {
    Tag& tag = *memory->tags.emplace_back(std::make_unique<Tag>(events[i].tag));
    BatchBuilder& builder = *memory->builders.emplace_back(std::make_unique<BatchBuilder>());
    const Sequence first = spec.first + i;
    for (; i < events.size() && events[i].tag == tag.text(); ++i) {
      AppendJson(builder, events[i].record, events[i].time);
    }
    const EventBatch batch = builder.Batch(tag);
    parts.pieces.push_back({&tag, batch.entries, batch.count, first, {}, batch.times});
  }
  parts.pins.push_back(std::move(memory));
  return Chunk(std::move(parts));
}

}  // namespace andon
