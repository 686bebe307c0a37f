#include "inputs/tail/file_hash.h"

#include <xxhash.h>

namespace andon::tail {

uint64_t HashOf(std::string_view bytes) { return XXH3_64bits(bytes.data(), bytes.size()); }

}  // namespace andon::tail
