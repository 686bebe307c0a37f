// What tests of the journal do again and again: open one, fill it, stop it or let it crash.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>

#include "test/support/journal_fixture.h"

namespace andon {

class JournalTestBase : public ::testing::Test {
 protected:
  void UseSmallSegments() {
    journal_.options.segment_bytes = 64 << 10;
    journal_.options.size_bytes = 1 << 20;
  }
  void Open() {
    const Status opened = journal_.Open();
    ASSERT_TRUE(opened.ok()) << opened.message();
  }
  void Restart() {
    ASSERT_TRUE(journal_.Stop().ok());
    Open();
  }
  // Only what was synced is there afterwards.
  void Crash() {
    journal_.disk.PowerCut(CrashDisk::Keep::kNothing);
    journal_.Kill();
    Open();
  }
  // Commits of ten events, 10 KB each, from next_ to `last`.
  void AppendUpTo(uint64_t last, RouteId route) {
    for (; next_ <= last; next_ += 10) {
      journal_.Append(next_, 10, {.route = route, .padding = 1000, .ack = true});
      journal_.Settle(std::chrono::milliseconds(60));
    }
  }

  JournalFixture journal_;
  uint64_t next_ = 1;
};

}  // namespace andon
