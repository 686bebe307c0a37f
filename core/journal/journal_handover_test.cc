// Outputs come and go while the journal runs: what one leaves, its successor is given.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "test/support/journal_test_base.h"

namespace andon {
namespace {

using JournalHandoverTest = JournalTestBase;

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

// What the workers' old routers still append while an output is added is of its past.
class JournalAddedOutputTest : public JournalHandoverTest {
 protected:
  std::unique_ptr<TestOutput> Add() {
    CursorOptions options{.id = "late", .from_oldest = true, .routing_follows = true};
    options.wants = [](std::string_view tag) { return tag.starts_with("log."); };
    auto output = std::make_unique<TestOutput>(*journal_.journal, journal_.world, options);
    output->Pump();
    return output;
  }
  void Append(uint64_t first, RouteId route) {
    journal_.Append(first, 10, {.tag = "log.a", .route = route});
    journal_.Append(first + 10, 10, {.tag = "metric.a", .route = route});
  }
};

TEST_F(JournalAddedOutputTest, ThatStartsAtTheOldestHasNoHole) {
  Open();
  journal_.AddOutput("keeper").paused = true;
  const RouteId old_route = journal_.RouteTo({"keeper"});
  Append(1, old_route);
  journal_.Settle();
  auto late = Add();
  journal_.Settle();
  Append(101, old_route);
  journal_.Settle();
  // In front of the commit that says where it began.
  Append(201, old_route);
  journal_.journal->RoutingBegan();
  journal_.Settle();
  Append(301, old_route);  // Routed, and not to it.
  journal_.Append(401, 10, {.tag = "log.a", .route = journal_.RouteTo({"keeper", "late"})});
  journal_.Settle();
  std::vector<uint64_t> expected;
  for (const uint64_t first : {1U, 101U, 201U, 401U}) {
    const std::vector<uint64_t> numbers = Numbers(first, first + 9);
    expected.insert(expected.end(), numbers.begin(), numbers.end());
  }
  EXPECT_EQ(late->numbers(), expected);
  EXPECT_EQ(late->cursor->held_events(), 0u);
}

TEST_F(JournalAddedOutputTest, GetsNothingTwiceWhenACrashComesBeforeItsRouting) {
  Open();
  journal_.AddOutput("keeper").paused = true;
  const RouteId old_route = journal_.RouteTo({"keeper"});
  Append(1, old_route);
  journal_.Settle();
  auto late = Add();
  Append(101, old_route);
  journal_.Settle();
  EXPECT_EQ(late->numbers().size(), 20u);
  Append(201, old_route);
  late->paused = true;
  journal_.Settle();
  late.reset();
  Crash();
  late = Add();
  journal_.Settle();
  journal_.journal->RoutingBegan();
  journal_.Settle();
  EXPECT_EQ(late->numbers(), Numbers(201, 210));
  late.reset();
}

// What is made anew under an id is stored before what was forgotten under it is struck out.
TEST_F(JournalHandoverTest, OfTwoCursorsOfOneIdThatACrashLeftTheFirstKeepsNothing) {
  UseSmallSegments();
  Open();
  journal_.AddOutput("a").paused = true;
  const RouteId first = journal_.RouteTo({"a"});
  AppendUpTo(50, first);
  journal_.outputs.clear();
  journal_.Settle();
  bool written = false;
  journal_.disk.SetFault([&written](CrashDisk::Op op, const std::string&) {
    written = written || op == CrashDisk::Op::kWrite;
    return 0;
  });
  // A commit is asked for already.
  journal_.Append(51, 1, {.route = 0, .ack = true});
  journal_.journal->ForgetCursor("a");
  journal_.AddOutput("a");
  while (!written) ASSERT_TRUE(journal_.world.Step());
  journal_.disk.SetFault(nullptr);
  Crash();
  TestOutput& a = journal_.AddOutput("a");
  next_ = 61;
  AppendUpTo(2000, journal_.RouteTo({"a"}));
  EXPECT_EQ(a.numbers(), Numbers(61, 2000));
  EXPECT_LE(journal_.SegmentPaths().size(), 3u);
}

}  // namespace
}  // namespace andon
