#include "test/support/journal_fixture.h"

#include <gtest/gtest.h>

#include <numeric>
#include <utility>

#include "core/event/batch_builder.h"

namespace andon {

std::vector<DeliveredEvent> EventsOf(const Chunk& chunk) {
  std::vector<DeliveredEvent> events;
  for (const Piece& piece : chunk.pieces()) {
    Sequence sequence = piece.first;
    for (EntryIterator it(piece.entries); !it.done(); it.Next()) {
      const auto number = it->record.Find("n");
      events.push_back({chunk.lane(), sequence++, number.has_value() ? *number->AsUint() : 0,
                        std::string(piece.tag->text())});
    }
    EXPECT_EQ(sequence, piece.first + piece.count);
  }
  return events;
}

TestOutput::TestOutput(Journal& journal, FakeWorld& world, const CursorOptions& options)
    : loop(world) {
  cursor = journal.OpenCursor(
      options, loop,
      [this] {
        ++ready_calls;
        Pump();
      },
      [this](const LaneId& lane) { closed_lanes.push_back(lane); });
}

TestOutput::~TestOutput() = default;

void TestOutput::Pump() {
  if (paused) return;
  while (auto chunk = cursor->Next(max_bytes, max_events)) {
    for (DeliveredEvent& event : EventsOf(*chunk)) events.push_back(std::move(event));
    if (holds) {
      held.push_back(*std::move(chunk));
    } else {
      cursor->Finish(chunk->lane(), chunk->window(), "");
    }
  }
}

std::vector<uint64_t> TestOutput::numbers() const {
  std::vector<uint64_t> numbers;
  numbers.reserve(events.size());
  for (const DeliveredEvent& event : events) numbers.push_back(event.number);
  return numbers;
}

JournalFixture::JournalFixture(uint64_t seed, FakeWorld::Order order)
    : world(order, seed),
      main_loop(world),
      journal_loop(world),
      disk(seed),
      random(SeededRandom(seed)) {
  options.directory = kDirectory;
  options.size_bytes = uint64_t{64} << 20;
  options.segment_bytes = uint64_t{1} << 20;
}

JournalFixture::~JournalFixture() { Kill(); }

Status JournalFixture::Open() {
  ASSIGN_OR_RETURN(journal, Journal::Open(options, disk, journal_loop, *random,
                                          MetricScope(metrics, {{"kind", "journal"}})));
  pressure.assign(lane_count, false);
  while (worker_loops.size() < lane_count) {
    worker_loops.push_back(std::make_unique<FakeLoop>(world));
  }
  for (size_t i = 0; i < lane_count; ++i) {
    lanes.push_back(journal->OpenLane(
        *worker_loops[i], {.on_pressure = [this, i](bool full) { pressure[i] = full; }}));
  }
  return {};
}

void JournalFixture::Kill() {
  disk.KillProcess();
  lanes.clear();
  outputs.clear();
  journal.reset();
  world.RunUntilIdle();
}

Status JournalFixture::Stop() {
  lanes.clear();
  outputs.clear();
  std::optional<Status> stopped;
  journal->Stop(main_loop, [&](Status status) { stopped = std::move(status); });
  world.RunUntilIdle();
  EXPECT_TRUE(stopped.has_value());
  journal.reset();
  return stopped.value_or(OkStatus());
}

TestOutput& JournalFixture::AddOutput(const std::string& id, bool from_oldest) {
  CursorOptions cursor;
  cursor.id = id;
  cursor.from_oldest = from_oldest;
  cursor.wants = [](std::string_view tag) { return tag.starts_with("log."); };
  auto output = std::make_unique<TestOutput>(*journal, world, cursor);
  TestOutput& added = *output;
  outputs[id] = std::move(output);
  added.Pump();
  return added;
}

Sequence JournalFixture::Append(uint64_t first, uint32_t count, const AppendSpec& spec) {
  const Tag tag(spec.tag);
  const std::string padding(spec.padding, 'x');
  BatchBuilder batch;
  for (uint32_t i = 0; i < count; ++i) {
    RecordWriter record(batch, EventTime{1'800'000'000, i});
    record.FieldUint("n", first + i);
    if (spec.padding > 0) record.Field("padding", padding);
    record.Commit();
  }
  const LaneWriter::Item item{batch.Batch(tag), spec.route};
  return lanes[spec.lane]->Append({&item, count == 0 ? 0u : 1u}, spec.covers,
                                  spec.ack ? Ack(&acks, first) : Ack());
}

std::vector<uint64_t> Numbers(uint64_t first, uint64_t last) {
  std::vector<uint64_t> numbers(last - first + 1);
  std::iota(numbers.begin(), numbers.end(), first);
  return numbers;
}

std::vector<std::string> JournalFixture::SegmentPaths() const {
  std::vector<std::string> paths;
  for (const std::string& path : disk.Paths()) {
    if (path.ends_with(".segment")) paths.push_back(path);
  }
  return paths;
}

}  // namespace andon
