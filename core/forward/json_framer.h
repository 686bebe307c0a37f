// Finds where one JSON document (an array or an object) ends, over bytes that come piece by piece.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "core/base/bytes.h"

namespace andon::forward {

class JsonFramer {
 public:
  // `more` follows what earlier calls were given since Reset(). Returns how many of its bytes
  // belong to the document when it ends there. White space in front belongs to it.
  std::optional<size_t> Feed(Bytes more);
  void Reset() { *this = JsonFramer(); }

 private:
  void FeedString(char c);

  uint64_t depth_ = 0;
  bool in_string_ = false;
  bool escaped_ = false;
};

}  // namespace andon::forward
