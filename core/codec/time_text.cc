#include "core/codec/time_text.h"

#include "core/codec/time_scan.h"

namespace andon {
namespace {

constexpr std::string_view kMonths[] = {"January",   "February", "March",    "April",
                                        "May",       "June",     "July",     "August",
                                        "September", "October",  "November", "December"};
constexpr std::string_view kWeekdays[] = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                          "Thursday", "Friday", "Saturday"};

// `width` digits, filled with zeros (or spaces).
void WriteNumber(int64_t value, int width, ByteBuffer& out, char fill = '0') {
  char digits[20];
  int count = 0;
  do {
    digits[count++] = static_cast<char>('0' + value % 10);
    value /= 10;
  } while (value > 0);
  for (int i = count; i < width; ++i) out.Append(fill);
  while (count > 0) out.Append(digits[--count]);
}

// The fraction's first `digits` digits.
void WriteFraction(uint32_t nanoseconds, int digits, ByteBuffer& out) {
  for (int i = digits; i < 9; ++i) nanoseconds /= 10;
  WriteNumber(nanoseconds, digits, out);
}

char* PutTwo(char* at, int value) {
  at[0] = static_cast<char>('0' + value / 10);
  at[1] = static_cast<char>('0' + value % 10);
  return at + 2;
}

// A point and 3, 6 or 9 digits, as many as are needed.
char* PutFraction(char* at, uint32_t nanoseconds) {
  int digits = 9;
  while (digits > 3 && nanoseconds % 1000 == 0) {
    nanoseconds /= 1000;
    digits -= 3;
  }
  *at = '.';
  for (int i = digits; i > 0; --i, nanoseconds /= 10) {
    at[i] = static_cast<char>('0' + nanoseconds % 10);
  }
  return at + 1 + digits;
}

// YYYY-MM-DD?hh:mm:ss, 19 characters.
bool ReadIsoDateAndTime(const char* at, ClockFields* fields) {
  const int century = TwoDigits(at);
  const int year = TwoDigits(at + 2);
  fields->month = TwoDigits(at + 5);
  fields->day = TwoDigits(at + 8);
  fields->hour = TwoDigits(at + 11);
  fields->minute = TwoDigits(at + 14);
  fields->second = TwoDigits(at + 17);
  fields->year = century * 100 + year;
  const bool digits = (century | year | fields->month | fields->day | fields->hour |
                       fields->minute | fields->second) >= 0;
  const bool marks = at[4] == '-' && at[7] == '-' && (at[10] == 'T' || at[10] == ' ') &&
                     at[13] == ':' && at[16] == ':';
  return digits && marks && fields->month >= 1 && fields->month <= 12 && fields->day >= 1 &&
         fields->day <= DaysInMonth(fields->year, fields->month) && fields->hour <= 23 &&
         fields->minute <= 59 && fields->second <= 60;
}

}  // namespace

bool TakeIso8601(std::string_view& text, bool offset_needed, ClockFields* fields) {
  if (text.size() < 19 || !ReadIsoDateAndTime(text.data(), fields)) return false;
  std::string_view rest = text.substr(19);
  if (!rest.empty() && (rest[0] == '.' || rest[0] == ',')) {
    rest.remove_prefix(1);
    if (!TakeFraction(rest, &fields->nanosecond)) return false;
  }
  fields->has_offset = false;
  if (!rest.empty() && rest[0] == 'Z') {
    rest.remove_prefix(1);
    fields->has_offset = true;
  } else if (!rest.empty() && (rest[0] == '+' || rest[0] == '-')) {
    fields->has_offset = TakeOffset(rest, &fields->offset);
    if (!fields->has_offset) return false;
  }
  text = rest;
  return fields->has_offset || !offset_needed;
}

bool ReadIso8601(std::string_view text, ClockFields* fields) {
  if (!TakeIso8601(text, false, fields)) return false;
  if (text.empty()) return true;
  // As Ruby and many databases print it: 2026-11-21 13:12:19 +0900
  if (text[0] != ' ' || fields->has_offset) return false;
  text.remove_prefix(1);
  fields->has_offset = TakeOffset(text, &fields->offset);
  return fields->has_offset && text.empty();
}

bool ReadUnixTime(std::string_view text, ClockFields* fields) {
  int64_t seconds = 0;
  int nanosecond = 0;
  if (!TakeDigits(text, 1, 10, &seconds)) return false;
  if (!text.empty()) {
    if (text[0] != '.') return false;
    text.remove_prefix(1);
    if (!TakeFraction(text, &nanosecond) || !text.empty()) return false;
  }
  fields->has_epoch = true;
  fields->epoch_nanoseconds = seconds * 1'000'000'000 + nanosecond;
  return true;
}

void WriteUnixTime(EventTime time, bool fraction, ByteBuffer& out) {
  WriteNumber(time.seconds, 1, out);
  if (!fraction) return;
  out.Append('.');
  WriteFraction(time.nanoseconds, 9, out);
}

WrittenTime::WrittenTime(EventTime time, ZoneClock& clock)
    : time_(time), offset_(clock.OffsetAt(time.seconds)), zone_(clock.zone()) {
  const int64_t local = int64_t{time.seconds} + offset_;
  days_ = FloorDivide(local, kSecondsPerDay);
  date_ = CivilFromDays(days_);
  const int second_of_day = static_cast<int>(local - days_ * kSecondsPerDay);
  hour_ = second_of_day / 3600;
  minute_ = second_of_day / 60 % 60;
  second_ = second_of_day % 60;
}

void WrittenTime::Write(char directive, uint8_t digits, bool colon, ByteBuffer& out) const {
  const int hour12 = (hour_ + 11) % 12 + 1;
  switch (directive) {
    case 'H':
      return WriteNumber(hour_, 2, out);
    case 'k':
      return WriteNumber(hour_, 2, out, ' ');
    case 'I':
      return WriteNumber(hour12, 2, out);
    case 'l':
      return WriteNumber(hour12, 2, out, ' ');
    case 'M':
      return WriteNumber(minute_, 2, out);
    case 'S':
      return WriteNumber(second_, 2, out);
    case 'p':
      return out.Append(std::string_view(hour_ < 12 ? "AM" : "PM"));
    case 'P':
      return out.Append(std::string_view(hour_ < 12 ? "am" : "pm"));
    case 'N':
    case 'L':
      return WriteFraction(time_.nanoseconds, digits != 0 ? digits : (directive == 'L' ? 3 : 9),
                           out);
    case 's':
      return WriteNumber(time_.seconds, 1, out);
    case 'Q':
      return WriteNumber(ToNanoseconds(time_) / 1'000'000, 1, out);
    case 'Z':
      if (zone_.name() == "UTC") return out.Append(std::string_view("UTC"));
      return WriteOffset(colon, out);
    case 'z':
      return WriteOffset(colon, out);
    default:
      return WriteDate(directive, out);
  }
}

void WrittenTime::WriteDate(char directive, ByteBuffer& out) const {
  const int weekday = WeekdayFromDays(days_);
  const std::string_view month = kMonths[date_.month - 1];
  switch (directive) {
    case 'Y':
      return WriteNumber(date_.year, 4, out);
    case 'y':
      return WriteNumber(date_.year % 100, 2, out);
    case 'm':
      return WriteNumber(date_.month, 2, out);
    case 'd':
      return WriteNumber(date_.day, 2, out);
    case 'e':
      return WriteNumber(date_.day, 2, out, ' ');
    case 'j':
      return WriteNumber(days_ - DaysFromCivil({date_.year, 1, 1}) + 1, 3, out);
    case 'B':
      return out.Append(month);
    case 'b':
    case 'h':
      return out.Append(month.substr(0, 3));
    case 'A':
      return out.Append(kWeekdays[weekday]);
    case 'a':
      return out.Append(kWeekdays[weekday].substr(0, 3));
    case 'u':
      return WriteNumber(weekday == 0 ? 7 : weekday, 1, out);
    case 'w':
      return WriteNumber(weekday, 1, out);
    default:
      return;
  }
}

void WrittenTime::WriteOffset(bool colon, ByteBuffer& out) const {
  const int32_t minutes = (offset_ < 0 ? -offset_ : offset_) / 60;
  out.Append(offset_ < 0 ? '-' : '+');
  WriteNumber(minutes / 60, 2, out);
  if (colon) out.Append(':');
  WriteNumber(minutes % 60, 2, out);
}

void WrittenTime::WriteIso8601(ByteBuffer& out) const {
  char text[40];
  char* at =
      PutTwo(PutTwo(text, static_cast<int>(date_.year / 100)), static_cast<int>(date_.year % 100));
  *at = '-';
  at = PutTwo(at + 1, date_.month);
  *at = '-';
  at = PutTwo(at + 1, date_.day);
  *at = 'T';
  at = PutTwo(at + 1, hour_);
  *at = ':';
  at = PutTwo(at + 1, minute_);
  *at = ':';
  at = PutTwo(at + 1, second_);
  if (time_.nanoseconds != 0) at = PutFraction(at, time_.nanoseconds);
  if (offset_ == 0) *at++ = 'Z';
  out.Append(std::string_view(text, static_cast<size_t>(at - text)));
  if (offset_ != 0) WriteOffset(true, out);
}

}  // namespace andon
