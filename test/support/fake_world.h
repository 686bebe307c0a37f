// One scheduler and one clock for any number of FakeLoops, all on the test's own thread: nothing
// happens, and no time goes by, but when the test says so. The same seed gives the same run.
//
//   FakeWorld world;
//   FakeLoop loop(world);
//   auto timer = loop.After(5s, [&] { ... });
//   world.Advance(5s);
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "core/base/random.h"
#include "core/base/time.h"
#include "core/base/unique_function.h"
#include "core/loop/loop.h"

namespace andon {

class FakeLoop;

class FakeWorld {
 public:
  // Within one loop what was posted runs in that order, as on a real one. Between loops, and
  // between a loop's posted tasks, timers and descriptors: in the order in which they became due,
  // or in any order that threads could take.
  enum class Order : uint8_t { kFifo, kRandom };
  explicit FakeWorld(Order order = Order::kFifo, uint64_t seed = 1);
  ~FakeWorld();
  FakeWorld(const FakeWorld&) = delete;
  FakeWorld& operator=(const FakeWorld&) = delete;

  MonotonicTime now() const { return now_; }
  EventTime wall_now() const;
  // What somebody who sets the clock does; the monotonic clock does not notice.
  void StepWallClock(Duration by) { wall_offset_ += by; }
  void SetWallClock(EventTime time);
  Random& random() { return *random_; }
  uint64_t steps() const { return steps_; }  // How many tasks have been run so far.

  // Runs one task that is due now. False when there is none.
  bool Step();
  // Runs what is due now, and what that makes due, until nothing is. The clock stands still.
  void RunUntilIdle();
  // Runs everything that becomes due within `by`, each at its time; afterwards the clock has moved
  // by exactly `by`.
  void Advance(Duration by);
  // Moves the clock on, from timer to timer, until `done` is true (looked at after every task) or
  // `limit` has gone by. Returns whether `done` became true.
  bool RunUntil(UniqueFunction<bool()> done, Duration limit);
  // When the next timer is due, if any is armed.
  std::optional<MonotonicTime> NextTimer() const;
  // Waits up to `limit` of real time until a watched descriptor is ready, then runs until idle.
  // For tests whose other end is another thread or process.
  bool WaitForDescriptors(Duration limit);

  // What FakeLoop::Spawn does; without it, it fails.
  using Spawner = UniqueFunction<Result<std::unique_ptr<Child>>(SpawnOptions)>;
  void OnSpawn(Spawner spawner) { spawner_ = std::move(spawner); }

 private:
  friend class FakeLoop;  // Two halves of one thing: a loop is a queue of its world.
  FakeLoop* Choose();
  bool PollDescriptors(int milliseconds);

  const Order order_;
  const std::unique_ptr<Random> random_;
  MonotonicTime now_{std::chrono::seconds(1000)};
  Duration wall_offset_{std::chrono::seconds(1'800'000'000)};
  uint64_t next_ticket_ = 0;
  uint64_t steps_ = 0;
  std::vector<FakeLoop*> loops_;
  Spawner spawner_;
};

}  // namespace andon
