// Of keys that come more than once, the last counts: msgpack and JSON maps must not repeat them.
#pragma once

#include <cstdint>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace andon {

// Keeps its memory from record to record. Thread: the owner's.
class RepeatedKeys {
 public:
  void Clear() { keys_.clear(); }
  void Add(std::string_view key) { keys_.push_back(key); }
  size_t size() const { return keys_.size(); }

  // True when a key is there twice; then IsLast says which of them count.
  bool Find();
  bool IsLast(size_t index) const { return !repeated_ || last_[index]; }

 private:
  // Up to here comparing all is cheaper than a table.
  static constexpr size_t kFew = 24;
  void FindInTable();

  std::vector<std::string_view> keys_;
  std::vector<bool> last_;
  std::unordered_map<std::string_view, size_t> table_;
  bool repeated_ = false;
};

}  // namespace andon
