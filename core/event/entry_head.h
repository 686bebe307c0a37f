// The front of one entry: its time, and where its record begins.
#pragma once

#include <cstddef>

#include "core/base/time.h"

namespace andon {

struct EntryHead {
  const char* error = nullptr;          // A literal; null when it is an entry.
  EventTime time{};                     // Nanoseconds below 1,000,000,000.
  const std::byte* metadata = nullptr;  // fluent-bit's map, or null.
  const std::byte* record = nullptr;    // A map.
};

// `value` is a whole valid msgpack value, not yet known to be an entry.
EntryHead ReadEntryHead(const std::byte* value);

}  // namespace andon
