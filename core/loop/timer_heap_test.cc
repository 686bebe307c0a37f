#include "core/loop/timer_heap.h"

#include <gtest/gtest.h>

#include <random>
#include <set>

namespace andon {
namespace {

TEST(TimerHeapTest, GivesTheSameOrderAsASortedSetWhateverIsInsertedAndRemoved) {
  std::mt19937 random(1);
  std::vector<TimerHeap::Entry> entries(300);
  TimerHeap heap;
  std::set<std::pair<MonotonicTime, uint64_t>> model;
  uint64_t ticket = 0;
  for (int step = 0; step < 20'000; ++step) {
    TimerHeap::Entry& entry = entries[random() % entries.size()];
    if (entry.index == TimerHeap::kNowhere) {
      entry.due = MonotonicTime(Duration(random() % 50));
      entry.ticket = ticket++;
      heap.Insert(&entry);
      model.emplace(entry.due, entry.ticket);
    } else {
      heap.Remove(&entry);
      model.erase({entry.due, entry.ticket});
    }
    ASSERT_EQ(heap.size(), model.size());
    if (!model.empty()) {
      ASSERT_EQ(heap.first()->ticket, model.begin()->second);
    }
  }
}

TEST(TimerHeapTest, RemovingWhatIsNotInItDoesNothing) {
  TimerHeap heap;
  TimerHeap::Entry in;
  TimerHeap::Entry out;
  heap.Insert(&in);
  heap.Remove(&out);
  EXPECT_EQ(heap.size(), 1U);
}

}  // namespace
}  // namespace andon
