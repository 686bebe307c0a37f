#include "core/codec/repeated_keys.h"

namespace andon {

bool RepeatedKeys::Find() {
  repeated_ = false;
  if (keys_.size() > kFew) {
    FindInTable();
    return repeated_;
  }
  for (size_t i = 0; i < keys_.size(); ++i) {
    for (size_t later = i + 1; later < keys_.size(); ++later) {
      if (keys_[i] != keys_[later]) continue;
      if (!repeated_) last_.assign(keys_.size(), true);
      repeated_ = true;
      last_[i] = false;
      break;
    }
  }
  return repeated_;
}

void RepeatedKeys::FindInTable() {
  table_.clear();
  last_.assign(keys_.size(), true);
  for (size_t i = 0; i < keys_.size(); ++i) {
    const auto [entry, fresh] = table_.try_emplace(keys_[i], i);
    if (fresh) continue;
    repeated_ = true;
    last_[entry->second] = false;
    entry->second = i;
  }
}

}  // namespace andon
