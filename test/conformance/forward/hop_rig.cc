#include "test/conformance/forward/hop_rig.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "test/support/make_plugin.h"
#include "test/support/matchers.h"
#include "test/support/test_event.h"

namespace andon {
namespace {

using namespace std::chrono_literals;

constexpr int kInFlight = 4;

}  // namespace

void RigJournal::Emit(std::span<const EventBatch> batches, std::span<const Position> covers,
                      Ack ack) {
  Unit unit;
  for (const EventBatch& batch : batches) {
    for (TestEvent& event : DecodeBatch(batch)) unit.records.push_back(std::move(event.record));
  }
  for (const Position& position : covers) {
    unit.positions.push_back(
        {std::string(position.source), std::string(AsText(position.value)), position.kind});
  }
  unit.ack = std::move(ack);
  pending_.push_back(std::move(unit));
}

void RigJournal::Commit() {
  for (std::deque<Unit> units = std::exchange(pending_, {}); !units.empty(); units.pop_front()) {
    Unit& unit = units.front();
    for (const std::string& record : unit.records) ++stored_[record];
    for (const OwnedPosition& position : unit.positions) {
      positions_.Store({position.source, AsBytes(position.value), position.kind});
    }
    if (unit.ack) unit.ack.Durable();
  }
}

void RigJournal::Crash() {
  pending_.clear();
  positions_.Restart();
}

RigReceiver::RigReceiver(FakeWorld& world, FakeWire& wire, std::string host, std::string yaml)
    : world_(world), wire_(wire), host_(std::move(host)), yaml_(std::move(yaml)) {}

void RigReceiver::Start() {
  process_ = std::make_unique<RigProcess>(world_, wire_, host_, "in");
  context_ = std::make_unique<InputContext>(
      InputContext{process_->Context(host_, "in", world_.random()), 0, 1, journal_.positions()});
  input_ = *MakePlugin<Input>("forward", yaml_);
  ASSERT_THAT(input_->Prepare(*context_), IsOk());
  input_->Start(journal_);
  CommitLater();
}

void RigReceiver::CommitLater() {
  const Duration wait = 1ms + Duration(1ms) * static_cast<int>(world_.random().Below(10));
  commit_ = process_->loop.After(wait, [this] {
    journal_.Commit();
    CommitLater();
  });
}

void RigReceiver::Kill() {
  if (!running()) return;
  commit_.reset();
  journal_.Crash();
  input_.reset();
  context_.reset();
  process_.reset();
}

RigSender::RigSender(FakeWorld& world, FakeWire& wire, Options options)
    : world_(world), wire_(wire), options_(std::move(options)) {}

void RigSender::Start() {
  process_ = std::make_unique<RigProcess>(world_, wire_, "sender", "out");
  context_ = std::make_unique<OutputContext>(
      OutputContext{process_->Context("sender", "out", world_.random()), note_, {}});
  alive_ = std::make_shared<bool>(true);
  context_->save_note = [this](std::string note, UniqueFunction<void(Status)> done) {
    // In the order of the calls, a commit later, and not at all when the process ends before.
    auto timer = std::make_shared<std::unique_ptr<Timer>>();
    *timer = process_->loop.After(
        3ms, [this, timer, note = std::move(note), done = std::move(done)]() mutable {
          note_ = std::move(note);
          done(OkStatus());
        });
    waiting_.push_back(nullptr);
  };
  done_ = taken_ = durable_;
  in_flight_ = 0;
  output_ = *MakePlugin<Output>("forward", options_.yaml);
  ASSERT_THAT(output_->Prepare(*context_), IsOk());
  output_->Start();
  CommitLater();
  Pump();
}

void RigSender::CommitLater() {
  commit_ = process_->loop.After(50ms, [this] {
    durable_ = done_;
    CommitLater();
  });
}

void RigSender::Kill() {
  if (!running()) return;
  doubled_ += process_->scope.GetCounter("andon_forward_possibly_doubled_events_total", "").value();
  *alive_ = false;
  commit_.reset();
  waiting_.clear();
  output_.reset();
  context_.reset();
  process_.reset();
}

void RigSender::Pump() {
  while (in_flight_ < kInFlight) {
    const std::vector<Range> open = taken_.Missing({1, options_.events});
    if (open.empty()) return;
    const uint64_t wanted = options_.fixed_chunks
                                ? options_.chunk_events
                                : 1 + world_.random().Below(options_.chunk_events);
    const Range range{open[0].first, std::min(open[0].last, open[0].first + wanted - 1)};
    taken_.Add(range);
    Write(range);
  }
}

void RigSender::Write(Range range) {
  std::vector<TestEvent> events;
  for (Sequence n = range.first; n <= range.last; ++n) {
    events.push_back(
        EventFromJson(n % 5 == 0 ? "t.b" : "t.a", "{\"n\": " + std::to_string(n) + "}"));
  }
  ++in_flight_;
  output_->Write(
      MakeChunk(events, {.first = range.first, .settled = durable_.watermark()}),
      [this, range, alive = alive_](WriteResult result) {
        if (!*alive) return;
        process_->loop.Post([this, range, result = std::move(result)] { Answered(range, result); });
      });
}

void RigSender::Answered(Range range, const WriteResult& result) {
  --in_flight_;
  std::vector<Range> again = result.again;
  if (!result.status.ok()) again = {range};
  RunSet left;
  for (const Range& one : again) left.Add(one);
  for (const Range& one : left.Missing(range)) done_.Add(one);
  const Duration wait = Duration(10ms) * static_cast<int>(1 + world_.random().Below(100));
  for (const Range& one : again) {
    waiting_.push_back(process_->loop.After(wait, [this, one] { Write(one); }));
  }
  Pump();
}

}  // namespace andon
