// Times as text, read and written by a format as strptime(3) and Ruby's Time have it, with
// nanoseconds.
//
//   %d/%b/%Y:%H:%M:%S %z   21/Nov/2026:13:12:19 +0000
//   %N, %L, %3N, %6N       digits of the second's fraction (written: 9, 3, 3, 6 of them)
//   %s, %Q                 seconds, milliseconds since 1970
//   %z                     Z, +09:00, +0900, +09, or a name as GMT or EST (written +0900; %:z
//   +09:00) iso8601                2026-11-21T13:12:19.123456789+09:00; "T" may be a space, the
//   fraction and
//                          the offset may be missing
//   unixtime, float        1795266739, 1795266739.123456789
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/status.h"
#include "core/base/time.h"
#include "core/codec/clock_fields.h"
#include "core/config/config_value.h"

namespace andon {

// A value. Thread: any.
class TimeFormat {
 public:
  // kInvalidConfig: `time format "%Q%": column 3: "%" at the end`.
  static Result<TimeFormat> Compile(std::string_view text);
  TimeFormat() = default;  // iso8601

  // The whole of `text` must have the format. A space in the format stands for any number of
  // them, names are taken in upper and lower case. See ClockFields for what the text leaves out.
  bool Read(std::string_view text, ClockFields* fields) const;
  void Write(EventTime time, ZoneClock& clock, ByteBuffer& out) const;
  // What Read finds alone says which time it is: no year, no date, no offset is missing.
  bool complete() const { return complete_; }
  const std::string& text() const { return text_; }
  bool operator==(const TimeFormat& other) const { return text_ == other.text_; }

 private:
  enum class Kind : uint8_t { kDirectives, kIso8601, kUnixTime, kFloat };
  struct Step {
    char directive;  // 0: the literal.
    char literal;
    uint8_t digits;  // Of %3N; else 0.
    bool colon;      // %:z
    size_t column;
    bool at_end = false;  // A lone `%`.
  };
  static Step ReadStep(std::string_view text, size_t* at);
  static void AddStep(const Step& step, std::vector<Step>* steps);
  static std::vector<Step> Expand(std::string_view text);
  static const char* Problem(const Step& step);
  bool TakeStep(size_t index, std::string_view& text, ClockFields* fields) const;
  bool FollowedByDigit(size_t step) const;

  std::string text_ = "iso8601";
  Kind kind_ = Kind::kIso8601;
  std::vector<Step> steps_;
  bool complete_ = false;
};

template <>
struct ConfigValue<TimeFormat> {
  static std::optional<TimeFormat> Read(const ConfigNode& node);
  static std::string TypeName() { return "time format"; }
  static std::string ToText(const TimeFormat& value) { return value.text(); }
};

}  // namespace andon
