// The forms that the front of nearly every entry has, read without walking it.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/base/bytes.h"
#include "core/base/time.h"

namespace andon {

struct CommonEntryHead {
  size_t bytes = 0;       // In front of the record; 0: another form, or no entry.
  uint64_t time = 0;      // Seconds in the upper half, nanoseconds in the lower.
  bool metadata = false;  // An empty map is the last byte in front of the record.

  // Bytes that Read may look at.
  static constexpr size_t kLookAhead = 16;
  static CommonEntryHead Read(const std::byte* at);

  EventTime event_time() const {
    return {static_cast<uint32_t>(time >> 32), static_cast<uint32_t>(time)};
  }
};

inline CommonEntryHead CommonEntryHead::Read(const std::byte* at) {
  const auto first = LoadBigEndian<uint32_t>(at);
  CommonEntryHead head;
  if (first >> 8 == 0x92d700) {  // [EventTime, record]
    head = {11, LoadBigEndian<uint64_t>(at + 3), false};
  } else if (first >> 16 == 0x92ce) {  // [uint32, record]
    head = {6, uint64_t{LoadBigEndian<uint32_t>(at + 2)} << 32, false};
  } else if (first == 0x9292d700 && at[12] == std::byte{0x80}) {  // [[EventTime, {}], record]
    head = {13, LoadBigEndian<uint64_t>(at + 4), true};
  }
  constexpr uint32_t kSecond = 1'000'000'000;
  if (static_cast<uint32_t>(head.time) >= kSecond) return {};
  return head;
}

}  // namespace andon
