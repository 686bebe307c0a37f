// A PositionStore in memory, and what an emit does to it.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/event/event_batch.h"
#include "core/event/run_set.h"
#include "core/plugin/position_store.h"

namespace andon {

class MemoryPositions : public PositionStore {
 public:
  std::optional<std::string> Find(std::string_view source) const override;
  void ForEach(std::string_view prefix,
               const std::function<void(std::string_view source, std::string_view value)>& visit)
      const override;
  std::vector<Range> Claim(std::string_view source, std::span<const Range> wanted) override;

  // As the journal takes what is emitted.
  void Store(const Position& position);
  void Set(std::string_view source, std::string_view value);
  // What a restart finds: claims that were never stored are forgotten.
  void Restart() { claimed_.clear(); }
  size_t size() const { return values_.size(); }

 private:
  std::map<std::string, std::string, std::less<>> values_;
  std::map<std::string, RunSet, std::less<>> claimed_;
};

}  // namespace andon
