#include "core/codec/time_reader.h"

#include <cmath>
#include <utility>

#include "core/base/check.h"
#include "core/codec/time_text.h"

namespace andon {
namespace {

// What logs write, beside ISO 8601 and unixtime. Each begins in another way, or ends so.
const std::vector<TimeFormat>& UsualFormats() {
  static const std::vector<TimeFormat> kFormats = [] {
    std::vector<TimeFormat> formats;
    for (const char* text :
         {"%d/%b/%Y:%H:%M:%S %z", "%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M:%S.%N", "%b %d %H:%M:%S",
          "%b %d %H:%M:%S.%N", "%a, %d %b %Y %H:%M:%S %z", "%d %b %Y %H:%M:%S %z",
          "%a %b %d %H:%M:%S %Y", "%a %b %d %H:%M:%S.%N %Y", "%a %b %d %H:%M:%S %Z %Y", "%Y-%m-%d",
          "%Y%m%dT%H%M%S%z"}) {
      auto format = TimeFormat::Compile(text);
      CHECK(format.ok());
      formats.push_back(*std::move(format));
    }
    return formats;
  }();
  return kFormats;
}

}  // namespace

void TimeOptions::Read(ConfigReader& reader) {
  reader.Optional("time_type", &type,
                  "what the time field holds: auto takes a number as seconds since 1970 and text "
                  "as time_format says; unixtime and float take seconds only");
  reader.Optional("time_format", &formats,
                  "how the time is written, as strptime(3) has it, with %N for fractions; also "
                  "iso8601, unixtime, float; several are tried in their order; none: ISO 8601 and "
                  "the usual forms of logs");
  reader.Optional("timezone", &zone,
                  "zone of times that name none: local, UTC, an offset as +09:00, or a name as "
                  "Europe/Berlin");
}

TimeReader::TimeReader(TimeOptions options) : options_(std::move(options)), clock_(options_.zone) {}

bool TimeReader::ReadText(std::string_view text, EventTime now, EventTime* time) {
  if (!last_text_.empty() && text == last_text_) {
    *time = last_time_;
    return true;
  }
  bool complete = false;
  if (!ReadFresh(text, now, time, &complete)) return false;
  if (complete && text.size() <= 64) {
    last_text_ = text;
    last_time_ = *time;
  }
  return true;
}

bool TimeReader::ReadFresh(std::string_view text, EventTime now, EventTime* time, bool* complete) {
  if (options_.type == TimeType::kUnixTime || options_.type == TimeType::kFloat) {
    ClockFields fields;
    *complete = true;
    return ReadUnixTime(text, &fields) && fields.Resolve(clock_, now, time);
  }
  if (options_.formats.empty()) return ReadUsual(text, now, time);
  for (const TimeFormat& format : options_.formats) {
    ClockFields fields;
    if (!format.Read(text, &fields) || !fields.Resolve(clock_, now, time)) continue;
    *complete = format.complete();
    return true;
  }
  return false;
}

bool TimeReader::ReadUsual(std::string_view text, EventTime now, EventTime* time) {
  ClockFields fields;
  if (ReadIso8601(text, &fields)) return fields.Resolve(clock_, now, time);
  fields = ClockFields();
  if (options_.type == TimeType::kAuto && ReadUnixTime(text, &fields)) {
    return fields.Resolve(clock_, now, time);
  }
  for (const TimeFormat& format : UsualFormats()) {
    fields = ClockFields();
    if (format.Read(text, &fields) && fields.Resolve(clock_, now, time)) return true;
  }
  return false;
}

bool TimeReader::ReadNumber(double seconds, EventTime* time) const {
  if (options_.type == TimeType::kString) return false;
  if (!(seconds >= 0) || seconds >= 4'294'967'296.0) return false;
  const double whole = std::floor(seconds);
  // A double holds about 7 digits of a fraction at today's times.
  const double fraction = std::round((seconds - whole) * 1e9);
  *time = {static_cast<uint32_t>(whole),
           fraction >= 1e9 ? 999'999'999 : static_cast<uint32_t>(fraction)};
  return true;
}

bool TimeReader::ReadNumber(int64_t seconds, EventTime* time) const {
  if (options_.type == TimeType::kString || seconds < 0 || seconds > UINT32_MAX) return false;
  *time = {static_cast<uint32_t>(seconds), 0};
  return true;
}

}  // namespace andon
