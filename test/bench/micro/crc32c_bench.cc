#include <benchmark/benchmark.h>

#include <cstring>
#include <vector>

#include "core/base/crc32c.h"

namespace andon {
namespace {

constexpr size_t kEventBytes = 240;

void Report(benchmark::State& state, size_t bytes) {
  const double all = static_cast<double>(bytes) * static_cast<double>(state.iterations());
  state.SetBytesProcessed(static_cast<int64_t>(all));
  state.counters["cpu_s_per_M"] =
      benchmark::Counter(all / static_cast<double>(kEventBytes) / 1e6,
                         benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

template <class Pass>
void Run(benchmark::State& state, Pass pass) {
  const auto size = static_cast<size_t>(state.range(0));
  std::vector<std::byte> from(size, std::byte{0x5a});
  std::vector<std::byte> to(size);
  while (state.KeepRunning()) {
    pass(to.data(), Bytes(from));
    benchmark::ClobberMemory();
  }
  Report(state, size);
}

void BM_Crc32c(benchmark::State& state) {
  Run(state, [](std::byte*, Bytes from) { benchmark::DoNotOptimize(Crc32c(from)); });
}
void BM_CopyCrc32c(benchmark::State& state) {
  Run(state, [](std::byte* to, Bytes from) { benchmark::DoNotOptimize(CopyCrc32c(to, from)); });
}
void BM_CopyThenCrc32c(benchmark::State& state) {
  Run(state, [](std::byte* to, Bytes from) {
    std::memcpy(to, from.data(), from.size());
    benchmark::DoNotOptimize(Crc32c({to, from.size()}));
  });
}
void BM_Copy(benchmark::State& state) {
  Run(state, [](std::byte* to, Bytes from) { std::memcpy(to, from.data(), from.size()); });
}
// One record, a chunk that just arrived, more than the second-level cache, more than any.
#define SIZES Arg(240)->Arg(24 << 10)->Arg(1 << 20)->Arg(64 << 20)
BENCHMARK(BM_Crc32c)->SIZES;
BENCHMARK(BM_CopyCrc32c)->SIZES;
BENCHMARK(BM_CopyThenCrc32c)->SIZES;
BENCHMARK(BM_Copy)->SIZES;

}  // namespace
}  // namespace andon
