#include "test/support/journal_oracle.h"

#include <gtest/gtest.h>

#include <utility>

namespace andon {

void JournalOracle::Delivered(size_t output, const DeliveredEvent& event) {
  const Identity identity(event.lane, event.sequence);
  const auto appended = appended_.find(identity);
  ASSERT_NE(appended, appended_.end());
  ASSERT_EQ(appended->second, event.number);
  ASSERT_EQ(event.tag, TagOf(event.number));
  ASSERT_TRUE(RoutedTo(event.number, output));
  ASSERT_TRUE(given_[output].events.insert(identity).second) << "twice in one life";
  ASSERT_LT(std::exchange(given_[output].last[event.lane], event.sequence), event.sequence);
  if (lossy_) return;
  ASSERT_FALSE(ever_[output].finished.contains(identity)) << "finished durably, and again";
  const auto known = identity_of_.try_emplace(event.number, identity).first;
  ASSERT_EQ(known->second, identity) << "stored twice: " << event.number;
  ever_[output].numbers.insert(event.number);
}

}  // namespace andon
