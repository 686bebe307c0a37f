// A borrowed record: a msgpack map that has been validated.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/event/value_view.h"

namespace andon {

class RecordView {
 public:
  RecordView() = default;
  explicit RecordView(ValueView map) : map_(map) {}

  size_t size() const { return map_.size(); }
  ValueView map() const { return map_; }
  MapIterator begin() const { return map_.begin_map(); }
  // Linear: length, then memcmp. The first of repeated keys.
  std::optional<ValueView> Find(std::string_view key) const { return map_.Find(key); }
  // Down nested maps: {"a", "b"} finds record["a"]["b"].
  std::optional<ValueView> FindPath(std::span<const std::string> path) const;

 private:
  ValueView map_;
};

}  // namespace andon
