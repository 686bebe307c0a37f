// The whole pipeline on a fake loop, network and disk, from one printed seed.
//
//   simulation --seeds 1000          seeds 1 to 1000
//   simulation --seed 4711 --story   that one, and what was done to it

#include <malloc.h>

#include <CLI/CLI.hpp>
#include <cstdint>
#include <cstdio>

#include "core/base/log.h"
#include "test/simulation/scenario.h"

namespace andon {
namespace {

bool RunSeed(uint64_t seed, bool story) {
  Scenario scenario(seed);
  const std::string failure = scenario.Run();
  if (story || !failure.empty()) {
    for (const std::string& line : scenario.story()) std::printf("  %s\n", line.c_str());
  }
  if (failure.empty()) return true;
  std::printf("seed %llu: %s\n", static_cast<unsigned long long>(seed), failure.c_str());
  return false;
}

}  // namespace
}  // namespace andon

int main(int argc, char** argv) {
  CLI::App app{"Runs simulated machines under faults and counts every line."};
  uint64_t first = 1;
  uint64_t seeds = 1;
  bool story = false;
  bool log = false;
  app.add_option("--seed", first, "the first seed");
  app.add_option("--seeds", seeds, "how many");
  app.add_flag("--story", story, "print what was done");
  app.add_flag("--log", log, "print what andon logs");
  CLI11_PARSE(app, argc, argv);
  // Segments of simulated disks come and go: their pages stay, which is half of the time.
  (void)mallopt(M_MMAP_THRESHOLD, 1 << 30);
  (void)mallopt(M_TRIM_THRESHOLD, 1 << 30);
  (void)mallopt(M_TOP_PAD, 64 << 20);
  andon::ConfigureLog({.level = log ? andon::LogLevel::kDebug : andon::LogLevel::kError,
                       .burst_per_message = log ? 1000000U : 0U});
  uint64_t failed = 0;
  for (uint64_t seed = first; seed < first + seeds; ++seed) {
    failed += andon::RunSeed(seed, story) ? 0 : 1;
  }
  std::printf("%llu passed, %llu failed\n", static_cast<unsigned long long>(seeds - failed),
              static_cast<unsigned long long>(failed));
  return failed == 0 ? 0 : 1;
}
