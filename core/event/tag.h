// A tag: the dotted name that routes an event, e.g. "log.http.access".
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "core/base/status.h"

namespace andon {

// Longest tag in bytes. Longer ones are refused where they come in.
inline constexpr size_t kMaxTagBytes = 1024;

// kRejected unless 1 to kMaxTagBytes bytes, none of them a control character.
Status CheckTag(std::string_view text);

// Immutable text with a place for what the pipeline derives from it.
class Tag {
 public:
  explicit Tag(std::string text) : text_(std::move(text)) {}
  Tag(const Tag&) = delete;
  Tag& operator=(const Tag&) = delete;

  std::string_view text() const { return text_; }

  // The router's and the filter chain's cache: valid while `epoch` is the pipeline's. A tag is
  // used by one thread, so this needs no lock.
  struct Cache {
    uint64_t epoch = 0;
    uint32_t route = 0;
    uint32_t filters = 0;
    bool unrouted_said = false;
  };
  Cache& cache() const { return cache_; }

 private:
  std::string text_;
  mutable Cache cache_;
};

// The tags that one worker has met, bounded: two generations of `generation_size`, so a reference
// stays valid for at least that many further calls of Intern. Who keeps a tag longer makes a Tag of
// its own. Thread: the worker's.
class TagTable {
 public:
  explicit TagTable(size_t generation_size = 4096) : generation_size_(generation_size) {}
  const Tag& Intern(std::string_view text);

 private:
  struct Hash {
    using is_transparent = void;
    size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };
  using Map = std::unordered_map<std::string_view, std::unique_ptr<Tag>, Hash, std::equal_to<>>;
  size_t generation_size_;
  Map young_;
  Map old_;
};

}  // namespace andon
