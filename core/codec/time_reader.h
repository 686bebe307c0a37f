// Event times from the text or the number in a field: what `time_type`, `time_format` and
// `timezone` configure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/time.h"
#include "core/codec/time_format.h"
#include "core/codec/zone_clock.h"
#include "core/config/config_reader.h"

namespace andon {

enum class TimeType : uint8_t {
  kAuto,      // A number is unixtime; a text has `time_format`, or a usual form.
  kString,    // A text in `time_format`, or a usual form.
  kUnixTime,  // Whole seconds since 1970.
  kFloat,     // The same with a fraction.
};
template <>
struct EnumNames<TimeType> {
  static constexpr std::pair<std::string_view, TimeType> kNames[] = {
      {"auto", TimeType::kAuto},
      {"string", TimeType::kString},
      {"unixtime", TimeType::kUnixTime},
      {"float", TimeType::kFloat}};
};

struct TimeOptions {
  TimeType type = TimeType::kAuto;
  std::vector<TimeFormat> formats;  // Tried in their order; empty: the usual forms.
  TimeZone zone = TimeZone::Local();

  // time_type, time_format, timezone.
  void Read(ConfigReader& reader);
};

// Remembers the last text, for lines of one second. Thread: the owner's.
class TimeReader {
 public:
  explicit TimeReader(TimeOptions options);

  // False when the text is no time. `now` supplies what the text does not say.
  bool ReadText(std::string_view text, EventTime now, EventTime* time);
  // Seconds since 1970, as a number. False when EventTime cannot hold it, or text is wanted.
  bool ReadNumber(double seconds, EventTime* time) const;
  bool ReadNumber(int64_t seconds, EventTime* time) const;

 private:
  bool ReadFresh(std::string_view text, EventTime now, EventTime* time, bool* complete);
  bool ReadUsual(std::string_view text, EventTime now, EventTime* time);

  TimeOptions options_;
  ZoneClock clock_;
  std::string last_text_;
  EventTime last_time_;
};

}  // namespace andon
