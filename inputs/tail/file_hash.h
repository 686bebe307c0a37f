// What a file is recognised by: the hash of its head, and of a few bytes before an offset.
#pragma once

#include <cstdint>
#include <string_view>

namespace andon::tail {

// The head that identifies a file.
inline constexpr uint32_t kHeadBytes = 1024;
// So many bytes before an offset stand for it in a checkpoint.
inline constexpr uint32_t kWindowBytes = 64;

uint64_t HashOf(std::string_view bytes);

}  // namespace andon::tail
