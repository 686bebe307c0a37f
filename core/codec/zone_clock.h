// A time zone with the last quarter of an hour remembered: clocks change at its beginnings only.
#pragma once

#include <cstdint>
#include <utility>

#include "core/codec/civil.h"
#include "core/codec/time_zone.h"

namespace andon {

// Thread: the owner's.
class ZoneClock {
 public:
  explicit ZoneClock(TimeZone zone) : zone_(std::move(zone)) {}

  int64_t ToUtc(int64_t local_seconds) {
    const int64_t quarter = FloorDivide(local_seconds, kQuarter);
    if (quarter != local_quarter_) {
      local_offset_ = local_seconds - zone_.ToUtc(local_seconds);
      local_quarter_ = quarter;
    }
    return local_seconds - local_offset_;
  }
  int32_t OffsetAt(int64_t utc_seconds) {
    const int64_t quarter = FloorDivide(utc_seconds, kQuarter);
    if (quarter != utc_quarter_) {
      utc_offset_ = zone_.OffsetAt(utc_seconds);
      utc_quarter_ = quarter;
    }
    return utc_offset_;
  }
  const TimeZone& zone() const { return zone_; }

 private:
  static constexpr int64_t kQuarter = 900;
  TimeZone zone_;
  int64_t local_quarter_ = INT64_MIN;
  int64_t local_offset_ = 0;
  int64_t utc_quarter_ = INT64_MIN;
  int32_t utc_offset_ = 0;
};

}  // namespace andon
