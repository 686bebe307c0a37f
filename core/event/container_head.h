// The head of a map or an array whose size is known only when its elements are written.
#pragma once

#include <cstdint>

#include "core/base/bytes.h"

namespace andon {

// Reserves one byte; returns its offset. The elements follow.
size_t BeginContainer(ByteBuffer& out);
// Writes the head in its shortest form; moves what follows it where that takes more than one byte.
void EndContainer(ByteBuffer& out, size_t head, bool map, uint32_t count);

}  // namespace andon
