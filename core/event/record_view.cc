#include "core/event/record_view.h"

namespace andon {

std::optional<ValueView> RecordView::FindPath(std::span<const std::string> path) const {
  ValueView value = map_;
  for (const std::string& key : path) {
    const std::optional<ValueView> found = value.Find(key);
    if (!found) return std::nullopt;
    value = *found;
  }
  return value;
}

}  // namespace andon
