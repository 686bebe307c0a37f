// parser/apache2: Apache's access log, common and combined.
//
//   parse: {type: apache2}
//
//   192.0.2.1 - frank [21/Nov/2026:13:12:19 +0000] "GET / HTTP/1.1" 200 2326 "http://ref/" "agent"
//
// Fields: host, user, method, path, code, size, referer, agent; null where Apache writes "-". code
// and size are integers. Escapes (\") are kept as they stand.
#include <cstring>
#include <string>

#include "core/base/check.h"
#include "core/codec/access_line.h"
#include "core/codec/field_writer.h"
#include "core/codec/time_scan.h"
#include "core/plugin/parser.h"
#include "core/plugin/registry.h"

namespace andon {
namespace {

struct Apache2Config {
  bool keep_time_key = false;

  static Result<Apache2Config> Parse(const ConfigNode& node) {
    Apache2Config config;
    ConfigReader reader(node);
    reader.Optional("keep_time_key", &config.keep_time_key,
                    "keep the time as written in the field time");
    RETURN_IF_ERROR(reader.Finish());
    return config;
  }
};

// 21/Nov/2026:13:12:19 +0000
bool ScanTime(std::string_view text, ClockFields* fields) {
  if (text.size() != 26) return false;
  const char* at = text.data();
  if (at[2] != '/' || at[6] != '/' || at[11] != ':' || at[14] != ':' || at[17] != ':' ||
      at[20] != ' ') {
    return false;
  }
  const int century = TwoDigits(at + 7);
  const int year = TwoDigits(at + 9);
  const int offset_hours = TwoDigits(at + 22);
  const int offset_minutes = TwoDigits(at + 24);
  fields->day = TwoDigits(at);
  fields->month = MonthFromThreeLetters(at + 3);
  fields->hour = TwoDigits(at + 12);
  fields->minute = TwoDigits(at + 15);
  fields->second = TwoDigits(at + 18);
  fields->year = century * 100 + year;
  fields->has_offset = true;
  fields->offset = (offset_hours * 60 + offset_minutes) * (at[21] == '-' ? -60 : 60);
  const bool digits = (century | year | offset_hours | offset_minutes | fields->day | fields->hour |
                       fields->minute | fields->second) >= 0;
  return digits && fields->month > 0 && fields->day > 0 && fields->hour < 24 &&
         fields->minute < 60 && fields->second <= 60 && offset_hours < 24 && offset_minutes < 60 &&
         (at[21] == '-' || at[21] == '+');
}

TimeOptions ApacheTime() {
  TimeOptions options;
  options.type = TimeType::kString;
  auto format = TimeFormat::Compile("%d/%b/%Y:%H:%M:%S %z");
  CHECK(format.ok());
  options.formats.push_back(*std::move(format));
  return options;
}

class Apache2Parser : public Parser {
 public:
  using Config = Apache2Config;
  explicit Apache2Parser(const Config& config)
      : keep_time_key_(config.keep_time_key), clock_(TimeZone()), time_(ApacheTime()) {}

  const char* Parse(std::string_view text, RecordWriter& out) override {
    AccessLine line;
    if (!ScanAccessLine(text, &line)) {
      if (const char* why = pattern_.Match(text, &line); why != nullptr) return why;
    }
    EventTime time;
    if (!ReadTime(line.time, out.time(), &time)) return "the time is none of Apache's";
    out.Time(time);
    WriteText("host", line.host, out);
    WriteText("user", line.user, out);
    out.Field("method", line.method);
    WriteOptional("path", line.path, false, out);
    WriteNumber("code", line.code, true, out);
    WriteNumber("size", line.size, false, out);
    WriteOptional("referer", line.referer, true, out);
    WriteOptional("agent", line.agent, true, out);
    if (keep_time_key_) out.Field("time", line.time);
    return nullptr;
  }

 private:
  static void WriteText(std::string_view key, std::string_view text, RecordWriter& out) {
    if (text == "-") return out.FieldNil(key);
    out.Field(key, text);
  }
  static void WriteOptional(std::string_view key, std::optional<std::string_view> text,
                            bool dash_is_null, RecordWriter& out) {
    if (!text.has_value() || (dash_is_null && *text == "-")) return out.FieldNil(key);
    out.Field(key, *text);
  }
  static void WriteNumber(std::string_view key, std::string_view text, bool zero_is_null,
                          RecordWriter& out) {
    int64_t value = 0;
    std::string_view rest = text;
    if (TakeDigits(rest, 1, 18, &value) && rest.empty()) {
      zero_is_null&& value == 0 ? out.FieldNil(key) : out.Field(key, value);
    } else if (text == "-" || (zero_is_null && LeadingInteger(text) == 0)) {
      out.FieldNil(key);
    } else {
      WriteLeadingInteger(key, text, out);
    }
  }

  // Lines of one second have one time.
  bool ReadTime(std::string_view text, EventTime now, EventTime* time) {
    if (text.size() == sizeof last_text_ &&
        std::memcmp(text.data(), last_text_, text.size()) == 0) {
      *time = last_time_;
      return true;
    }
    ClockFields fields;
    if (!ScanTime(text, &fields)) return time_.ReadText(text, now, time);
    if (!fields.Resolve(clock_, now, time)) return false;
    std::memcpy(last_text_, text.data(), sizeof last_text_);
    last_time_ = *time;
    return true;
  }

  bool keep_time_key_;
  ZoneClock clock_;
  TimeReader time_;
  AccessPattern pattern_;
  char last_text_[26] = {};
  EventTime last_time_;
};

const Register<Parser, Apache2Parser> kApache2("apache2",
                                               "Apache's access log, common and combined");

}  // namespace
}  // namespace andon
