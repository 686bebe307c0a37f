// Outputs come and go while the journal runs: what one leaves, its successor is given.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "test/support/journal_fixture.h"

namespace andon {
namespace {

class JournalHandoverTest : public ::testing::Test {
 protected:
  void Open() {
    const Status opened = journal_.Open();
    ASSERT_TRUE(opened.ok()) << opened.message();
  }
  JournalFixture journal_;
};

// An output that reads from the disk: its first chunk waits for another try, some are delivered.
struct Interrupted {
  std::set<uint64_t> finished;
  std::optional<Chunk> kept;
};

Interrupted DeliverSome(JournalFixture& journal, TestOutput& output, size_t events) {
  Interrupted so_far;
  while (so_far.finished.size() < events) {
    while (auto chunk = output.cursor->Next(size_t{1} << 20, UINT64_MAX)) {
      if (!so_far.kept.has_value()) {
        so_far.kept = *std::move(chunk);
        continue;
      }
      for (const DeliveredEvent& event : EventsOf(*chunk)) so_far.finished.insert(event.number);
      output.cursor->Finish(chunk->lane(), chunk->window(), "");
    }
    // The last Next has asked the journal's thread to read on: that must not have happened yet.
    if (so_far.finished.size() < events) journal.Settle();
  }
  return so_far;
}

TEST_F(JournalHandoverTest, WhatWasBeingReadForAPredecessorIsNotForItsSuccessor) {
  journal_.options.memory_bytes = 1 << 20;
  journal_.options.size_bytes = 256 << 20;
  journal_.options.segment_bytes = 64 << 20;
  Open();
  TestOutput& a = journal_.AddOutput("a");
  a.paused = true;
  const RouteId route = journal_.RouteTo({"a"});
  constexpr uint64_t kEvents = 20'000;
  for (uint64_t n = 1; n <= kEvents; n += 100) {
    journal_.Append(n, 100, {.route = route, .padding = 1000});
    journal_.Settle();
  }
  Interrupted before = DeliverSome(journal_, a, 2000);
  before.kept.reset();
  // Both within one read of the journal's thread.
  journal_.outputs.erase("a");
  TestOutput& successor = journal_.AddOutput("a");
  journal_.Settle();
  std::set<uint64_t> all = before.finished;
  for (const uint64_t number : successor.numbers()) {
    EXPECT_TRUE(all.insert(number).second) << number;
  }
  EXPECT_EQ(all.size(), kEvents);
  EXPECT_EQ(successor.cursor->held_events(), 0u);
  EXPECT_EQ(successor.cursor->damaged_events(), 0u);
}

}  // namespace
}  // namespace andon
