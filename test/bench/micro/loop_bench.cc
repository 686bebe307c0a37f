// What passing a task between threads costs. CPU of all threads.
#include <benchmark/benchmark.h>
#include <sys/resource.h>

#include <cstdint>
#include <memory>
#include <thread>

#include "core/loop/uv_loop.h"

namespace andon {
namespace {

double CpuSeconds(int whose) {
  rusage usage{};
  getrusage(whose, &usage);
  return static_cast<double>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
         static_cast<double>(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

void Report(benchmark::State& state, double cpu_seconds, uint64_t count) {
  state.counters["cpu_us_each"] = cpu_seconds * 1e6 / static_cast<double>(count);
}

// To a loop that sleeps, and back: two wake-ups each.
void LoopPingPong(benchmark::State& state) {
  auto a = MakeUvLoop();
  auto b = MakeUvLoop();
  std::thread other([&] { b->Run(); });
  const double before = CpuSeconds(RUSAGE_SELF);
  uint64_t rounds = 0;
  UniqueFunction<void()> ping;
  ping = [&] {
    ++rounds;
    if (!state.KeepRunning()) return a->Quit();
    b->Post([&] { a->Post([&] { ping(); }); });
  };
  a->Post([&] { ping(); });
  a->Run();
  Report(state, CpuSeconds(RUSAGE_SELF) - before, rounds);
  b->Quit();
  other.join();
}
BENCHMARK(LoopPingPong);

// To itself: the cost of a task without a wake-up.
void LoopPostToItself(benchmark::State& state) {
  auto loop = MakeUvLoop();
  const double before = CpuSeconds(RUSAGE_SELF);
  uint64_t tasks = 0;
  UniqueFunction<void()> again;
  again = [&] {
    ++tasks;
    if (!state.KeepRunning()) return loop->Quit();
    loop->Post([&] { again(); });
  };
  loop->Post([&] { again(); });
  loop->Run();
  Report(state, CpuSeconds(RUSAGE_SELF) - before, tasks);
}
BENCHMARK(LoopPostToItself);

// A thousand timers are there; one is made and cancelled.
void LoopTimer(benchmark::State& state) {
  auto loop = MakeUvLoop();
  std::vector<std::unique_ptr<Timer>> timers;
  for (int i = 0; i < 1000; ++i) {
    timers.push_back(loop->After(std::chrono::milliseconds(1000 + i * 7919 % 1000), [] {}));
  }
  for (auto _ : state) {
    benchmark::DoNotOptimize(loop->After(std::chrono::milliseconds(1500), [] {}));
  }
}
BENCHMARK(LoopTimer);

}  // namespace
}  // namespace andon
