// Whether a JSON object has a key already.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

namespace andon {

// The keys of the objects that are open, as hashes. Keeps its memory.
class KeyWatch {
 public:
  struct Level {
    size_t begin;
    uint64_t bits[4] = {};
  };
  Level Open() const { return {hashes_.size()}; }
  void Close(const Level& level) { hashes_.resize(level.begin); }
  void Clear() { hashes_.clear(); }
  // False: a key like it is there. `key` has eight bytes behind it that may be read.
  bool Add(std::string_view key, Level* level) {
    const uint64_t hash = HashOf(key);
    uint64_t& word = level->bits[hash >> 6 & 3];
    const uint64_t bit = uint64_t{1} << (hash & 63);
    const bool maybe = (word & bit) != 0;
    word |= bit;
    if (maybe) {
      for (size_t i = level->begin; i < hashes_.size(); ++i) {
        if (hashes_[i] == hash) return false;
      }
    }
    hashes_.push_back(hash);
    return true;
  }

 private:
  // Of equal keys equal; of others it need not be different.
  static uint64_t HashOf(std::string_view key) {
    uint64_t first;
    uint64_t last = 0;
    std::memcpy(&first, key.data(), sizeof first);
    if (key.size() < 8) {
      first &= (uint64_t{1} << (key.size() * 8)) - 1;
    } else {
      std::memcpy(&last, key.data() + key.size() - sizeof last, sizeof last);
    }
    const uint64_t mixed =
        (first ^ (last * 0x9e3779b97f4a7c15u) ^ key.size()) * 0xff51afd7ed558ccdu;
    return mixed ^ mixed >> 32;
  }
  std::vector<uint64_t> hashes_;
};

}  // namespace andon
