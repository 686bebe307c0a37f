// What all threads share: where workers append, and where outputs read.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>

#include "core/base/unique_function.h"
#include "core/journal/block_pool.h"
#include "core/journal/positions.h"
#include "core/journal/pressure.h"
#include "core/journal/routes.h"

namespace andon::journal {

struct Intake {
  Intake(PositionMap recovered, uint64_t order, size_t memory_bytes,
         PositionStore::Survives survives)
      : positions(std::move(recovered), order, survives),
        pressure(memory_bytes),
        pool(survives == PositionStore::Survives::kNothing
                 ? std::make_shared<BlockPool>(memory_bytes / kBlockBytes)
                 : std::make_shared<BlockPool>(2 * memory_bytes / kBlockBytes,
                                               BlockPool::Pages::kHuge)) {}

  Positions positions;
  Pressure pressure;
  Routes routes;
  std::shared_ptr<BlockPool> pool;

  bool in_memory = false;  // No disk: no checksums, and acks wait for outputs.
  bool compress = false;
  // What lanes mask new parts with; a part that comes into another segment is changed.
  std::atomic<uint32_t> mask{1};
  // Commits are numbered; all lanes are cut at once. What is appended now goes into the next.
  std::atomic<uint64_t> next_commit{1};
  std::atomic<uint64_t> durable_commit{0};
  std::atomic<uint64_t> appended_bytes{0};

  UniqueFunction<void()> request_commit;    // Any thread; cheap when one was asked for.
  UniqueFunction<void()> pressure_changed;  // Any thread: every lane looks at it again.
};

}  // namespace andon::journal
