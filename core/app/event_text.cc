#include "core/app/event_text.h"

#include <fmt/format.h>

#include <iterator>

#include "core/codec/json_writer.h"
#include "core/codec/time_text.h"
#include "core/codec/zone_clock.h"

namespace andon {
namespace {

void AppendTime(EventTime time, ByteBuffer& out) {
  ZoneClock utc{TimeZone()};
  WrittenTime(time, utc).WriteIso8601(out);
}

}  // namespace

std::string TimeText(EventTime time) {
  ByteBuffer out;
  AppendTime(time, out);
  return std::string(out.text());
}

void AppendEventLine(std::string_view tag, const EntryView& entry, std::string_view identity,
                     ByteBuffer& out) {
  out.Append('{');
  if (!identity.empty()) {
    out.Append("\"id\":");
    AppendJsonString(identity, out);
    out.Append(',');
  }
  out.Append("\"tag\":");
  AppendJsonString(tag, out);
  out.Append(",\"time\":\"");
  AppendTime(entry.time, out);
  out.Append("\",\"record\":");
  AppendJson(entry.record.map(), out);
  out.Append("}\n");
}

std::string CountText(uint64_t count) {
  std::string text = std::to_string(count);
  for (size_t place = text.size(); place > 3;) {
    place -= 3;
    text.insert(place, 1, ' ');
  }
  return text;
}

std::string RoundedSizeText(uint64_t bytes) {
  constexpr const char* kUnits[] = {"KiB", "MiB", "GiB", "TiB"};
  if (bytes < 1024) return std::to_string(bytes) + "B";
  double value = static_cast<double>(bytes) / 1024;
  size_t unit = 0;
  for (; value >= 1023.5 && unit + 1 < std::size(kUnits); ++unit) value /= 1024;
  // Three digits, and no zeros behind the point.
  std::string number = fmt::format("{:.{}f}", value, value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2);
  if (number.find('.') != std::string::npos) {
    number.erase(number.find_last_not_of('0') + 1);
    if (number.ends_with('.')) number.pop_back();
  }
  return number + kUnits[unit];
}

}  // namespace andon
