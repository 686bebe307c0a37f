// What an output has been read and not been given yet, lane by lane.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/event/chunk.h"
#include "core/journal/charge.h"
#include "core/journal/record.h"

namespace andon::journal {

class Backlog {
 public:
  explicit Backlog(std::shared_ptr<Charge> charge) : charge_(std::move(charge)) {}

  // The entries of `record` with numbers in `ranges`. `pin` keeps its bytes; null: they are
  // copied. False: its payload does not unpack.
  bool Add(const LaneId& lane, const StoredRecord& record, std::span<const Range> ranges,
           const std::shared_ptr<const Pin>& pin);
  // The oldest lane's next pieces; one at least.
  std::optional<Chunk> Take(size_t max_bytes, uint64_t max_events,
                            const std::function<Sequence(const LaneId&)>& settled);
  uint64_t bytes() const { return bytes_; }
  bool empty() const { return bytes_ == 0; }
  void Clear();

 private:
  struct Pending {
    uint64_t arrival;
    Piece piece;
    std::shared_ptr<const Tag> tag;
    std::shared_ptr<const void> pin;
    std::shared_ptr<const std::vector<Run>> origin;  // When it is not where the record is.
  };
  const std::shared_ptr<const Tag>& TagOf(std::string_view text);
  void Push(const LaneId& lane, const StoredRecord& record, Range range, Pending pending);

  const std::shared_ptr<Charge> charge_;
  std::map<LaneId, std::deque<Pending>> lanes_;
  uint64_t arrivals_ = 0;
  uint64_t bytes_ = 0;
  std::unordered_map<std::string_view, std::shared_ptr<const Tag>> tags_;
};

}  // namespace andon::journal
