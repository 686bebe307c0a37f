// The minute of the last time that was read, by its text: messages of one minute differ in what
// stands behind it only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace andon {

// `kSize` characters, with which the texts begin, name the minute. Thread: the owner's.
template <size_t kSize>
class MinuteCache {
 public:
  // Whether `text` begins with the minute that is kept.
  bool Matches(std::string_view text) const {
    return text.size() >= kSize && std::memcmp(text.data(), text_, kSize) == 0;
  }
  int64_t begin() const { return begin_; }
  void Keep(std::string_view text, int64_t begin) {
    std::memcpy(text_, text.data(), kSize);
    begin_ = begin;
  }

 private:
  char text_[kSize] = {};
  int64_t begin_ = 0;
};

}  // namespace andon
