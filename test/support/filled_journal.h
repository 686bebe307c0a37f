// A journal that holds some segments of events which nobody has finished, for tests that then do
// something to its files.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "test/support/journal_fixture.h"

namespace andon {

// Ten commits of ten events each, 1 to 100, in small segments; nothing is finished.
inline void FillJournal(JournalFixture& journal, const std::vector<std::string>& outputs = {"a"}) {
  journal.options.segment_bytes = 64 << 10;
  ASSERT_TRUE(journal.Open().ok());
  const RouteId route = journal.RouteTo(outputs);
  for (uint64_t first = 1; first <= 100; first += 10) {
    journal.Append(first, 10, {.route = route, .padding = 1000, .ack = true});
    journal.Run();
  }
  ASSERT_EQ(journal.acks.durable.size(), 10u);
  journal.Kill();
}

// What output `id` still gets; all of it is finished then.
inline std::vector<uint64_t> ReadFilled(JournalFixture& journal, const std::string& id = "a") {
  const Status opened = journal.Open();
  EXPECT_TRUE(opened.ok()) << opened.message();
  TestOutput& output = journal.AddOutput(id);
  journal.Settle();
  EXPECT_EQ(output.cursor->held_events(), 0u);
  return output.numbers();
}

}  // namespace andon
