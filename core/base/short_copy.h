// memcpy for texts of which most are short: inline up to 16 bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace andon {

template <class Word>
inline void CopyTwoWords(std::byte* to, const char* from, size_t size) {
  Word first;
  Word last;
  std::memcpy(&first, from, sizeof first);
  std::memcpy(&last, from + size - sizeof last, sizeof last);
  std::memcpy(to, &first, sizeof first);
  std::memcpy(to + size - sizeof last, &last, sizeof last);
}

// Copies `text` and returns where it ends. Two words that overlap cover 4 to 7, or 8 to 16 bytes.
inline std::byte* CopyShort(std::byte* to, std::string_view text) {
  const char* const from = text.data();
  const size_t size = text.size();
  if (size > 16) {
    std::memcpy(to, from, size);
  } else if (size >= 8) {
    CopyTwoWords<uint64_t>(to, from, size);
  } else if (size >= 4) {
    CopyTwoWords<uint32_t>(to, from, size);
  } else {
    for (size_t i = 0; i < size; ++i) to[i] = static_cast<std::byte>(from[i]);
  }
  return to + size;
}

}  // namespace andon
