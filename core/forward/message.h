// One message of the Forward protocol (v1, "Event Modes"), as it lies in the receive buffer.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "core/base/bytes.h"
#include "core/event/entry.h"

namespace andon::forward {

// An array of two: what stands in front of an entry's time.
inline constexpr std::byte kEntryHeader{0x92};

// What an andon sender puts into one message at most; a larger event has a message of its own.
inline constexpr size_t kAndonMessageBytes = size_t{4} << 20;

// What has been validated at the front of entries.
struct CheckedEntries {
  uint32_t count = 0;
  size_t bytes = 0;
  TimeRange times;
};

// Borrowed: valid as long as the receive buffer is not touched.
struct Message {
  enum class Mode : uint8_t {
    kMessage,     // [tag, time, record, option]
    kEntries,     // Forward and PackedForward: [tag, entries, option]
    kUnreadable,  // An array that is none of these: `error` says why, `raw` is all there is.
  };
  Mode mode = Mode::kUnreadable;
  const char* error = nullptr;  // kMessage: why time and record are no event. A literal.
  Bytes raw;                    // The whole message; empty for one that came in parts.
  std::string_view tag;         // Unchecked. Empty when it was no text; then `tag_error` is set.
  const char* tag_error = nullptr;

  // kMessage. `event` has one byte of the message in front of [time, record], where the header of
  // an entry can be written once the tag is no longer needed.
  std::span<std::byte> event;
  EventTime time;
  Bytes record;

  // kEntries: one behind the other, maybe compressed. `checked` is how far they were validated
  // while they arrived: all of it when all is well, nothing when they look compressed.
  Bytes entries;
  CheckedEntries checked;
  bool packed = false;  // PackedForward: they came as one str or bin.
  bool part = false;    // More of the same message follows.
  bool last_part = false;

  Bytes option;  // A valid value, or empty.
};

}  // namespace andon::forward
