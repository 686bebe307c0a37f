// Makes records of what is appended as one: large batches are split between entries, payloads are
// compressed when asked.
#pragma once

#include <cstdint>
#include <deque>
#include <span>
#include <vector>

#include "core/journal/record.h"

namespace andon::journal {

// Thread: worker. Reused: keeps its memory.
class Unit {
 public:
  // Adds a batch for the cursors in `routes`; borrows both.
  void Add(const EventBatch& batch, std::span<const uint32_t> routes, uint32_t route_tag,
           bool compress);
  void Clear();

  struct Fragment {
    RecordFields fields;
    uint32_t route_tag;  // The caller's.
  };
  std::vector<Fragment>& fragments() { return fragments_; }
  uint64_t events() const { return events_; }

 private:
  void AddWhole(RecordFields fields, uint32_t route_tag, bool compress);
  std::span<const Run> CutOrigin(std::span<const Run> origin, uint64_t skip, uint32_t count);

  std::vector<Fragment> fragments_;
  uint64_t events_ = 0;
  std::deque<ByteBuffer> compressed_;
  std::deque<std::vector<Run>> origins_;
};

}  // namespace andon::journal
