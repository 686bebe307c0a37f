#include "test/support/fake_loop.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <string>

namespace andon {
namespace {

using std::chrono::seconds;
using ::testing::ElementsAre;

TEST(FakeLoopTest, PostedTasksRunInOrderAndNeverInsideTheCall) {
  FakeWorld world;
  FakeLoop loop(world);
  std::vector<int> order;
  loop.Post([&] {
    order.push_back(1);
    loop.Post([&] { order.push_back(3); });
  });
  loop.Post([&] { order.push_back(2); });
  EXPECT_TRUE(order.empty());
  world.RunUntilIdle();
  EXPECT_THAT(order, ElementsAre(1, 2, 3));
}

TEST(FakeLoopTest, TimersFireAtTheirTimeAndNotWhenCancelled) {
  FakeWorld world;
  FakeLoop loop(world);
  const MonotonicTime begin = world.now();
  std::vector<Duration> fired;
  auto note = [&] { fired.push_back(loop.Now() - begin); };
  auto late = loop.After(seconds(5), note);
  auto early = loop.After(seconds(2), note);
  auto cancelled = loop.After(seconds(3), note);
  loop.Post([&] { cancelled.reset(); });
  world.Advance(seconds(4));
  EXPECT_THAT(fired, ElementsAre(seconds(2)));
  EXPECT_EQ(world.now() - begin, seconds(4));
  world.Advance(seconds(1));
  EXPECT_THAT(fired, ElementsAre(seconds(2), seconds(5)));
}

TEST(FakeLoopTest, ATimerMayBeDestroyedByItsOwnTaskOrOutliveItsLoop) {
  FakeWorld world;
  auto loop = std::make_unique<FakeLoop>(world);
  bool ran = false;
  std::unique_ptr<Timer> self = loop->After(seconds(1), [&] {
    self.reset();
    ran = true;
  });
  world.Advance(seconds(1));
  EXPECT_TRUE(ran);
  auto left = loop->After(seconds(1), [] { ADD_FAILURE(); });
  loop.reset();
  world.Advance(seconds(2));
}

TEST(FakeLoopTest, TheWallClockJumpsAndTheMonotonicOneDoesNot) {
  FakeWorld world;
  FakeLoop loop(world);
  const MonotonicTime before = loop.Now();
  world.SetWallClock({1'000'000'000, 5});
  EXPECT_EQ(loop.WallNow(), (EventTime{1'000'000'000, 5}));
  world.StepWallClock(-seconds(10));
  world.Advance(seconds(1));
  EXPECT_EQ(loop.WallNow(), (EventTime{999'999'991, 5}));
  EXPECT_EQ(loop.Now() - before, seconds(1));
}

// Three loops post to each other; the log of who ran when is the schedule.
std::string Schedule(FakeWorld::Order order, uint64_t seed) {
  FakeWorld world(order, seed);
  FakeLoop loops[3]{FakeLoop(world), FakeLoop(world), FakeLoop(world)};
  std::string log;
  for (int i = 0; i < 30; ++i) {
    loops[i % 3].Post([&log, i] { log += std::to_string(i) + " "; });
  }
  world.RunUntilIdle();
  return log;
}

TEST(FakeWorldTest, TheSameSeedGivesTheSameRunAndAnotherSeedAnother) {
  EXPECT_EQ(Schedule(FakeWorld::Order::kRandom, 7), Schedule(FakeWorld::Order::kRandom, 7));
  EXPECT_NE(Schedule(FakeWorld::Order::kRandom, 7), Schedule(FakeWorld::Order::kRandom, 8));
  EXPECT_NE(Schedule(FakeWorld::Order::kRandom, 7), Schedule(FakeWorld::Order::kFifo, 7));
}

TEST(FakeWorldTest, RandomOrderKeepsWhatOneLoopWasPostedInOrder) {
  for (uint64_t seed = 0; seed < 50; ++seed) {
    FakeWorld world(FakeWorld::Order::kRandom, seed);
    FakeLoop a(world);
    FakeLoop b(world);
    std::vector<int> seen;
    for (int i = 0; i < 10; ++i) {
      a.Post([&seen, i] { seen.push_back(i); });
      b.Post([] {});
    }
    world.RunUntilIdle();
    EXPECT_TRUE(std::is_sorted(seen.begin(), seen.end()));
  }
}

TEST(FakeWorldTest, RunUntilStopsAtTheTaskThatMadeItTrueOrAtTheLimit) {
  FakeWorld world;
  FakeLoop loop(world);
  const MonotonicTime begin = world.now();
  bool flag = false;
  auto timer = loop.After(seconds(3), [&] { flag = true; });
  EXPECT_FALSE(world.RunUntil([&] { return flag; }, seconds(2)));
  EXPECT_TRUE(world.RunUntil([&] { return flag; }, seconds(20)));
  EXPECT_EQ(world.now() - begin, seconds(3));
}

TEST(FakeLoopTest, AFrozenLoopCatchesUpWhenItIsThawed) {
  FakeWorld world;
  FakeLoop loop(world);
  int ran = 0;
  loop.Post([&] { ++ran; });
  auto timer = loop.After(seconds(1), [&] { ++ran; });
  loop.Freeze(true);
  world.Advance(seconds(5));
  EXPECT_EQ(ran, 0);
  loop.Freeze(false);
  world.RunUntilIdle();
  EXPECT_EQ(ran, 2);
}

TEST(FakeLoopTest, RealDescriptorsAreReportedWhileTheyAreReady) {
  FakeWorld world;
  FakeLoop loop(world);
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  std::string got;
  auto watch = loop.WatchFd(ends[0], Interest::kRead, [&](Interest what) {
    EXPECT_EQ(what, Interest::kRead);
    char c = 0;
    ASSERT_EQ(read(ends[0], &c, 1), 1);
    got += c;
  });
  ASSERT_TRUE(watch.ok());
  EXPECT_FALSE(loop.WatchFd(ends[0], Interest::kRead, [](Interest) {}).ok());
  world.RunUntilIdle();
  ASSERT_EQ(write(ends[1], "abc", 3), 3);
  world.RunUntilIdle();
  EXPECT_EQ(got, "abc");
  (*watch)->Set(Interest::kNone);
  ASSERT_EQ(write(ends[1], "d", 1), 1);
  world.RunUntilIdle();
  EXPECT_EQ(got, "abc");
  (*watch)->Set(Interest::kRead);
  world.RunUntilIdle();
  EXPECT_EQ(got, "abcd");
  watch->reset();
  close(ends[0]);
  close(ends[1]);
}

TEST(FakeLoopTest, RunMovesTheClockUntilQuit) {
  FakeWorld world;
  FakeLoop loop(world);
  auto timer = loop.After(seconds(7), [&] { loop.Quit(); });
  const MonotonicTime begin = world.now();
  loop.Run();
  EXPECT_EQ(world.now() - begin, seconds(7));
}

struct PostsWhenDestroyed {
  explicit PostsWhenDestroyed(Loop& to) : loop(&to) {}
  PostsWhenDestroyed(PostsWhenDestroyed&& other) noexcept
      : loop(std::exchange(other.loop, nullptr)) {}
  ~PostsWhenDestroyed() {
    if (loop != nullptr) loop->Post([] { ADD_FAILURE() << "ran after the end"; });
  }
  Loop* loop;
};

TEST(FakeLoopTest, TasksThatAreLeftAreDestroyedUnrunEvenWhenThatPostsMore) {
  FakeWorld world;
  {
    FakeLoop loop(world);
    loop.Post([guard = PostsWhenDestroyed(loop)] { ADD_FAILURE(); });
  }
  world.RunUntilIdle();
}

}  // namespace
}  // namespace andon
