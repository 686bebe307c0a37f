// What one lane has in one commit and one block.
#pragma once

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "core/event/event_batch.h"
#include "core/journal/block.h"
#include "core/journal/routes.h"

namespace andon::journal {

struct LanePart {
  std::shared_ptr<Block> block;
  size_t begin = 0;  // Of the header, in the block; a multiple of kPageBytes.
  size_t end = 0;    // Behind the last record.
  Sequence first = 1;
  Sequence last = 0;
  uint32_t mask = 0;
  size_t held_bytes = 0;               // Counted in Pressure.
  std::vector<size_t> with_positions;  // Offsets in the block of records that have some.
  std::vector<std::pair<std::shared_ptr<const Route>, uint64_t>> routed;

  std::span<std::byte> records() const {
    const size_t from = begin + sizeof(PartHeader);
    return {block->data() + from, end - from};
  }
};

}  // namespace andon::journal
