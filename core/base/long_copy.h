// memcpy for many bytes that this processor does not look at again soon.
#pragma once

#include <cstddef>

namespace andon {

// Shorter copies are better left in the cache.
inline constexpr size_t kLongCopyBytes = size_t{16} << 10;

// The copy goes past the cache where the processor can do that: a third of the memory traffic, and
// what is in the cache stays there. `to` and `from` must not overlap. What another thread is told
// of afterwards, it sees.
void LongCopy(std::byte* to, const std::byte* from, size_t size);

}  // namespace andon
