// What may come out of a journal, told by what went in and by what was finished durably.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "test/support/journal_fixture.h"

namespace andon {

// For two outputs, 0 and 1; every event is a number that says where it is routed to.
class JournalOracle {
 public:
  using Identity = std::pair<LaneId, Sequence>;

  // `lossy`: events may be lost and come again, but never be wrong.
  explicit JournalOracle(bool lossy) : lossy_(lossy) {}

  static bool RoutedTo(uint64_t number, size_t output) {
    return output == 0 ? number % 3 != 0 : number % 2 == 0;
  }
  static std::string TagOf(uint64_t number) { return "log." + std::to_string(number % 3); }

  void Appended(const Identity& identity, uint64_t number) { appended_[identity] = number; }
  // The journal was opened again: what is not finished comes once more.
  void BeginLife() { given_[0] = given_[1] = {}; }
  // Fails the test when `event` may not come, or not now.
  void Delivered(size_t output, const DeliveredEvent& event);
  // They must not come again.
  void Finished(size_t output, const std::set<Identity>& events) {
    ever_[output].finished.insert(events.begin(), events.end());
  }
  // All that was delivered, in any life.
  const std::set<uint64_t>& numbers(size_t output) const { return ever_[output].numbers; }

 private:
  struct Given {  // In this life.
    std::set<Identity> events;
    std::map<LaneId, Sequence> last;
  };
  struct Ever {
    std::set<uint64_t> numbers;
    std::set<Identity> finished;
  };

  const bool lossy_;
  Given given_[2];
  Ever ever_[2];
  std::map<Identity, uint64_t> appended_;
  std::map<uint64_t, Identity> identity_of_;
};

}  // namespace andon
