#include "core/journal/lane_set.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <thread>

#include "core/journal/intake.h"
#include "test/support/journal_fixture.h"

namespace andon {
namespace {

TEST(LaneSetTest, WhoIsOpenedWhileAllAreCutIsAnsweredWithTheNextCommit) {
  FakeWorld world;
  FakeLoop loop(world);
  const auto intake = std::make_shared<journal::Intake>(journal::PositionMap(), 0, 1 << 20,
                                                        PositionStore::Survives::kPowerCut);
  intake->request_commit = [] {};
  intake->pressure_changed = [] {};
  const auto lanes = std::make_shared<journal::LaneSet>();
  const auto open = [&](uint64_t id) {
    auto lane =
        std::make_shared<journal::Lane>(LaneId{id, id}, intake, lanes, loop, LaneListener{});
    lanes->Add(lane);
    return lane;
  };
  const auto first = open(1);
  const auto second = open(2);
  first->mutex().native().lock();
  second->mutex().native().lock();
  std::thread cutter([&] { (void)lanes->CutAll(*intake); });
  first->mutex().native().unlock();
  // It holds the first, and waits for the second.
  while (first->mutex().native().try_lock()) {
    first->mutex().native().unlock();
    std::this_thread::yield();
  }
  std::atomic<bool> opened = false;
  TestAcks acks;
  std::shared_ptr<journal::Lane> third;
  std::thread opener([&] {
    third = open(3);
    third->Append({}, {}, Ack(&acks, 7));
    opened = true;
  });
  for (int i = 0; i < 20'000 && !opened; ++i) std::this_thread::yield();
  second->mutex().native().unlock();
  cutter.join();
  opener.join();
  const journal::LaneSet::Cut cut = lanes->CutAll(*intake);
  ASSERT_EQ(cut.lanes.size(), 1u);
  EXPECT_TRUE(cut.lanes.front().cut.answers);
  for (const auto& lane : {first, second, third}) lane->Close();
}

}  // namespace
}  // namespace andon
