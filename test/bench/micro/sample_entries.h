// Entries of about 240 bytes as a parsed access log makes them.
#pragma once

#include <cstdint>

#include "core/event/batch_builder.h"

namespace andon {

enum class SampleShape : uint8_t {
  kSix,    // Six fields, the last one long: what test/bench sends.
  kSame,   // Eleven fields, the same keys, values of varying length and kind.
  kMixed,  // One in eight has a key more, one in three another order.
};

void AppendSampleEntries(size_t count, SampleShape shape, BatchBuilder& batch);

}  // namespace andon
