#include "inputs/syslog/syslog_framer.h"

#include <algorithm>

namespace andon::syslog {
namespace {

constexpr size_t kMostDigits = 9;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool Separates(char c) { return c == '\n' || c == '\r' || c == '\0'; }

std::string_view WithoutCarriageReturn(std::string_view line) {
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

}  // namespace

SyslogFramer::Frame SyslogFramer::Next(std::string_view& data) {
  if (!SkipRest(data)) return {};
  if (searched_ == 0) SkipBetween(data);
  if (data.empty()) return {};
  if (framing_ == Framing::kNewline) return NextLine(data);
  const Count count = FindCount(data);
  if (count.found == Count::Found::kYes) return NextCounted(data, count);
  if (count.found == Count::Found::kMore) return {};
  if (framing_ == Framing::kAuto) return NextLine(data);
  const std::string_view garbage = data.substr(0, std::min(data.size(), max_bytes_));
  data.remove_prefix(data.size());
  return {Kind::kBroken, garbage};
}

SyslogFramer::Frame SyslogFramer::Last(std::string_view data) const {
  if (skip_octets_ > 0 || skip_line_) return {};
  if (searched_ == 0) SkipBetween(data);
  if (data.empty()) return {};
  if (framing_ != Framing::kNewline) {
    const Count count = FindCount(data);
    if (count.found == Count::Found::kYes) {
      return {Kind::kIncomplete, data.substr(count.header_bytes)};
    }
    if (framing_ == Framing::kOctetCounting) return {Kind::kIncomplete, data};
  }
  if (data.ends_with('\0')) data.remove_suffix(1);
  return {Kind::kMessage, WithoutCarriageReturn(data)};
}

// The rest of a message that was too long. False: all of `data` belongs to it.
bool SyslogFramer::SkipRest(std::string_view& data) {
  const size_t octets = std::min(skip_octets_, data.size());
  data.remove_prefix(octets);
  skip_octets_ -= octets;
  if (skip_octets_ > 0) return false;
  if (!skip_line_) return true;
  const size_t end = data.find('\n');
  skip_line_ = end == std::string_view::npos;
  data.remove_prefix(skip_line_ ? data.size() : end + 1);
  return !skip_line_;
}

void SyslogFramer::SkipBetween(std::string_view& data) const {
  while (!data.empty()) {
    size_t skip = Separates(data[0]) ? 1 : 0;
    if (data[0] == ' ' && framing_ != Framing::kOctetCounting) {
      const size_t behind = data.find_first_not_of(' ');
      if (behind != std::string_view::npos && data[behind] == '<') skip = behind;
    }
    // RFC 6587 begins a length with another digit; a sender that counts nothing sends nothing.
    if (framing_ == Framing::kOctetCounting && data.starts_with("0 ")) skip = 2;
    if (skip == 0) return;
    data.remove_prefix(skip);
  }
}

SyslogFramer::Count SyslogFramer::FindCount(std::string_view data) const {
  Count count;
  if (framing_ == Framing::kOctetCounting && data == "0") count.found = Count::Found::kMore;
  if (data[0] < '1' || data[0] > '9') return count;
  size_t digits = 0;
  while (digits < data.size() && digits <= kMostDigits && IsDigit(data[digits])) {
    count.bytes = count.bytes * 10 + static_cast<size_t>(data[digits++] - '0');
  }
  if (digits > kMostDigits) return count;
  count.header_bytes = digits + 1;
  count.found = Count::Found::kMore;
  if (digits == data.size()) return count;
  if (data[digits] != ' ') {
    count.found = Count::Found::kNo;
  } else if (framing_ == Framing::kOctetCounting) {
    count.found = Count::Found::kYes;
  } else if (digits + 1 < data.size()) {
    // "10 green bottles" is a line.
    count.found = data[digits + 1] == '<' ? Count::Found::kYes : Count::Found::kNo;
  }
  return count;
}

SyslogFramer::Frame SyslogFramer::NextCounted(std::string_view& data, const Count& count) {
  const std::string_view there = data.substr(count.header_bytes);
  if (count.bytes <= max_bytes_) {
    if (there.size() < count.bytes) return {};
    data.remove_prefix(count.header_bytes + count.bytes);
    return {Kind::kMessage, there.substr(0, count.bytes)};
  }
  const bool cut = oversize_ == Oversize::kCut;
  if (cut && there.size() < max_bytes_) return {};
  const size_t kept = cut ? max_bytes_ : 0;
  skip_octets_ = count.bytes - kept;
  data.remove_prefix(count.header_bytes + kept);
  return {cut ? Kind::kCut : Kind::kTooLong, there.substr(0, kept)};
}

// Where the line at the front ends: its LF or NUL; npos when that has not come.
size_t SyslogFramer::FindLineEnd(std::string_view data) {
  const size_t line_end = std::min(data.find('\n', searched_), data.size());
  const std::string_view line = data.substr(0, line_end);
  for (size_t nul = line.find('\0', searched_); nul < line_end; nul = line.find('\0', nul + 1)) {
    if (nul + 1 == data.size() || data[nul + 1] == '<') return nul;
  }
  searched_ = line_end;
  return line_end == data.size() ? std::string_view::npos : line_end;
}

SyslogFramer::Frame SyslogFramer::NextLine(std::string_view& data) {
  const size_t end = FindLineEnd(data);
  const bool whole = end != std::string_view::npos;
  if (!whole && data.size() <= max_bytes_) {
    // A "<" may still come behind the spaces.
    if (data.find_first_not_of(' ') == std::string_view::npos) searched_ = 0;
    return {};
  }
  const std::string_view line = data.substr(0, end);
  searched_ = 0;
  skip_line_ = !whole;
  data.remove_prefix(whole ? end + 1 : data.size());
  if (whole && line.size() <= max_bytes_) return {Kind::kMessage, WithoutCarriageReturn(line)};
  if (oversize_ == Oversize::kDrop) return {Kind::kTooLong, {}};
  return {Kind::kCut, line.substr(0, max_bytes_)};
}

}  // namespace andon::syslog
