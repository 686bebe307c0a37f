#include "core/base/bytes.h"

#include <algorithm>

#include "core/base/check.h"

namespace andon {

void ByteBuffer::Grow(size_t at_least) {
  const size_t capacity = std::max({at_least, capacity_ * 2, size_t{64}});
  auto* grown = static_cast<std::byte*>(std::realloc(data_.release(), capacity));
  CHECK(grown != nullptr);
  data_.reset(grown);
  capacity_ = capacity;
}

}  // namespace andon
