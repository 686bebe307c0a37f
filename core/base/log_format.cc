#include "core/base/log_format.h"

#include <array>
#include <cstdio>
#include <ctime>

#include "core/base/utf8.h"

namespace andon {
namespace {

// 2026-11-21T15:04:05.123Z
void AppendTime(EventTime time, std::string& out) {
  const time_t seconds = time.seconds;
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  std::array<char, 40> text;
  const size_t size = strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &parts);
  out.append(text.data(), size);
  const int more =
      std::snprintf(text.data(), text.size(), ".%03uZ", time.nanoseconds / 1'000'000 % 1000);
  out.append(text.data(), static_cast<size_t>(more));
}

void AppendHex(const char* prefix, int digits, uint8_t value, std::string& out) {
  std::array<char, 8> text;
  const int size = std::snprintf(text.data(), text.size(), "%0*x", digits, value);
  out += prefix;
  out.append(text.data(), static_cast<size_t>(size));
}

bool IsControl(char c) { return static_cast<uint8_t>(c) < 0x20 || c == 0x7f; }

// In logfmt a value stands bare when no reader could split it or take it for something else.
bool NeedsQuotes(std::string_view value) {
  if (value.empty()) return true;
  for (size_t i = 0; i < value.size();) {
    const char c = value[i];
    if (c == ' ' || c == '"' || c == '=' || c == '\\' || IsControl(c)) return true;
    const size_t size = Utf8CharacterSize(value.substr(i));
    if (size == 0) return true;
    i += size;
  }
  return false;
}

// Escapes what both forms escape alike. False when `c` stands for itself.
bool AppendEscaped(char c, std::string& out) {
  switch (c) {
    case '"':
      out += "\\\"";
      return true;
    case '\\':
      out += "\\\\";
      return true;
    case '\n':
      out += "\\n";
      return true;
    case '\r':
      out += "\\r";
      return true;
    case '\t':
      out += "\\t";
      return true;
    default:
      if (!IsControl(c)) return false;
      AppendHex("\\u", 4, static_cast<uint8_t>(c), out);
      return true;
  }
}

void AppendQuoted(std::string_view value, LogFormat format, std::string& out) {
  out += '"';
  for (size_t i = 0; i < value.size();) {
    if (AppendEscaped(value[i], out)) {
      ++i;
      continue;
    }
    const size_t size = Utf8CharacterSize(value.substr(i));
    if (size > 0) {
      out += value.substr(i, size);
    } else if (format == LogFormat::kJson) {
      out += "\xef\xbf\xbd";
    } else {
      AppendHex("\\x", 2, static_cast<uint8_t>(value[i]), out);
    }
    i += size > 0 ? size : 1;
  }
  out += '"';
}

constexpr std::string_view kCutMark = "...";

// The front of a value that is too long, not ending inside a character.
std::string_view Front(std::string_view value) {
  size_t end = kMaxLogValueBytes - kCutMark.size();
  for (int i = 0; i < 3 && (static_cast<uint8_t>(value[end]) & 0xc0) == 0x80; ++i) --end;
  return value.substr(0, end);
}

void AppendValue(std::string_view value, LogFormat format, std::string& out) {
  if (value.size() > kMaxLogValueBytes) {
    std::string cut(Front(value));
    cut += kCutMark;
    AppendValue(cut, format, out);
  } else if (format == LogFormat::kKeyValue && !NeedsQuotes(value)) {
    out += value;
  } else {
    AppendQuoted(value, format, out);
  }
}

void AppendKey(std::string_view key, LogFormat format, std::string& out) {
  if (format == LogFormat::kJson) {
    AppendQuoted(key, format, out);
    return;
  }
  if (key.empty()) out += '_';
  for (const char c : key) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '_' || c == '.' || c == '-';
    out += plain ? c : '_';
  }
}

class LineWriter {
 public:
  LineWriter(LogFormat format, std::string& out) : format_(format), out_(out) {
    if (format_ == LogFormat::kJson) out_ += '{';
  }
  // Writes `key=` or `"key":`; the value follows.
  void Key(std::string_view key) {
    if (!first_) out_ += format_ == LogFormat::kJson ? ',' : ' ';
    first_ = false;
    AppendKey(key, format_, out_);
    out_ += format_ == LogFormat::kJson ? ':' : '=';
  }
  void Field(std::string_view key, std::string_view value) {
    Key(key);
    AppendValue(value, format_, out_);
  }
  void End() { out_ += format_ == LogFormat::kJson ? "}\n" : "\n"; }

 private:
  LogFormat format_;
  std::string& out_;
  bool first_ = true;
};

}  // namespace

void AppendLogLine(const LogEvent& event, LogFormat format, std::string& out) {
  LineWriter line(format, out);
  std::string time;
  AppendTime(event.time, time);
  line.Field("time", time);
  line.Field("level", LogLevelName(event.level));
  line.Field("part", event.part);
  line.Field("msg", event.message);
  for (const LogField& field : event.fields) line.Field(field.key, field.value);
  if (event.suppressed > 0) {
    line.Key("suppressed");
    out += std::to_string(event.suppressed);
  }
  line.End();
}

}  // namespace andon
