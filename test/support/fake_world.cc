#include "test/support/fake_world.h"

#include <poll.h>

#include <algorithm>

#include "core/base/check.h"
#include "test/support/fake_loop.h"

namespace andon {

namespace {

// More tasks than this without the clock moving is a loop that feeds itself.
constexpr uint64_t kLivelockSteps = 50'000'000;

short EventsOf(Interest what) {
  const int events =
      (Has(what, Interest::kRead) ? POLLIN : 0) | (Has(what, Interest::kWrite) ? POLLOUT : 0);
  return static_cast<short>(events);
}

Interest InterestOf(short events) {
  if ((events & (POLLERR | POLLHUP | POLLNVAL)) != 0) return Interest::kReadWrite;
  return static_cast<Interest>(((events & POLLIN) != 0 ? 1 : 0) |
                               ((events & POLLOUT) != 0 ? 2 : 0));
}

}  // namespace

FakeWorld::FakeWorld(Order order, uint64_t seed) : order_(order), random_(SeededRandom(seed)) {}

FakeWorld::~FakeWorld() { CHECK(loops_.empty()); }

EventTime FakeWorld::wall_now() const {
  return EventTimeFromNanoseconds((now_.time_since_epoch() + wall_offset_).count());
}

void FakeWorld::SetWallClock(EventTime time) {
  wall_offset_ = Duration(ToNanoseconds(time)) - now_.time_since_epoch();
}

bool FakeWorld::Step() {
  struct Candidate {
    FakeLoop* loop;
    FakeLoop::Due due;
  };
  std::vector<Candidate> candidates;
  for (int attempt = 0; attempt < 2 && candidates.empty(); ++attempt) {
    if (attempt == 1 && !PollDescriptors(0)) return false;
    for (FakeLoop* loop : loops_) {
      for (const FakeLoop::Due& due : loop->DueNow()) candidates.push_back({loop, due});
    }
  }
  if (candidates.empty()) return false;
  auto chosen = candidates.begin();
  if (order_ == Order::kRandom) {
    chosen += static_cast<std::ptrdiff_t>(random_->Below(candidates.size()));
  } else {
    chosen =
        std::min_element(candidates.begin(), candidates.end(),
                         [](const auto& a, const auto& b) { return a.due.ticket < b.due.ticket; });
  }
  ++steps_;
  chosen->loop->RunOne(chosen->due.source);
  return true;
}

void FakeWorld::RunUntilIdle() {
  const uint64_t begin = steps_;
  while (Step()) CHECK(steps_ - begin < kLivelockSteps);
}

std::optional<MonotonicTime> FakeWorld::NextTimer() const {
  std::optional<MonotonicTime> next;
  for (const FakeLoop* loop : loops_) {
    if (loop->frozen_ || loop->timers_.empty()) continue;
    const MonotonicTime due = loop->timers_.begin()->first.first;
    if (!next.has_value() || due < *next) next = due;
  }
  return next;
}

void FakeWorld::Advance(Duration by) {
  RunUntil([] { return false; }, by);
}

bool FakeWorld::RunUntil(UniqueFunction<bool()> done, Duration limit) {
  const MonotonicTime end = now_ + limit;
  uint64_t steps_here = 0;
  while (!done()) {
    if (Step()) {
      CHECK(++steps_here < kLivelockSteps);
      continue;
    }
    const std::optional<MonotonicTime> next = NextTimer();
    if (!next.has_value() || *next > end) {
      now_ = end;
      return false;
    }
    now_ = std::max(now_, *next);
    steps_here = 0;
  }
  return true;
}

bool FakeWorld::PollDescriptors(int milliseconds) {
  std::vector<pollfd> descriptors;
  std::vector<FakeLoop::FakeWatch*> watches;
  for (FakeLoop* loop : loops_) {
    if (loop->frozen_) continue;
    for (FakeLoop::FakeWatch* watch : loop->watches_) {
      if (watch->interest == Interest::kNone) continue;
      descriptors.push_back({watch->fd, EventsOf(watch->interest), 0});
      watches.push_back(watch);
    }
  }
  if (descriptors.empty()) return false;
  if (::poll(descriptors.data(), descriptors.size(), milliseconds) <= 0) return false;
  for (size_t i = 0; i < descriptors.size(); ++i) {
    if (descriptors[i].revents == 0) continue;
    watches[i]->polled = InterestOf(descriptors[i].revents);
    watches[i]->loop->ready_.emplace_back(next_ticket_++, watches[i]);
  }
  return true;
}

bool FakeWorld::WaitForDescriptors(Duration limit) {
  RunUntilIdle();
  const auto milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(limit).count();
  if (!PollDescriptors(static_cast<int>(milliseconds))) return false;
  RunUntilIdle();
  return true;
}

}  // namespace andon
