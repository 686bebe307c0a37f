// ISO 8601 and unix times as text, and the parts of a time as strftime(3) writes them.
#pragma once

#include <cstdint>
#include <string_view>

#include "core/base/bytes.h"
#include "core/base/time.h"
#include "core/codec/clock_fields.h"

namespace andon {

// 2026-11-21T13:12:19[.123456789][+09:00]; "T" may be a space.
bool ReadIso8601(std::string_view text, ClockFields* fields);
// The same from the front of `text`: what is behind it stays. `offset_needed`: without one it is
// none.
bool TakeIso8601(std::string_view& text, bool offset_needed, ClockFields* fields);
// 1795266739 or 1795266739.123456789
bool ReadUnixTime(std::string_view text, ClockFields* fields);
void WriteUnixTime(EventTime time, bool fraction, ByteBuffer& out);

// A time on a zone's clock, ready to be written.
class WrittenTime {
 public:
  WrittenTime(EventTime time, ZoneClock& clock);
  // What the directive of strftime says. `digits` for %N and %L; 0 is their own number.
  void Write(char directive, uint8_t digits, bool colon, ByteBuffer& out) const;
  // 2026-11-21T13:12:19.123+09:00: a fraction of 0, 3, 6 or 9 digits, as many as it needs.
  void WriteIso8601(ByteBuffer& out) const;

 private:
  void WriteDate(char directive, ByteBuffer& out) const;
  void WriteOffset(bool colon, ByteBuffer& out) const;
  EventTime time_;
  int32_t offset_;
  int64_t days_;
  CivilDate date_;
  int hour_;
  int minute_;
  int second_;
  const TimeZone& zone_;
};

}  // namespace andon
