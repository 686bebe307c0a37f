// JSON text as msgpack, with the forms of json_text.h for what JSON lacks.
#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "core/base/utf8.h"
#include "core/event/msgpack_writer.h"
#include "test/support/json_text.h"

namespace andon {
namespace {

class JsonReader {
 public:
  explicit JsonReader(std::string_view text) : text_(text), rest_(text) {}

  ByteBuffer Read() {
    ByteBuffer out;
    Value(out);
    Skip();
    if (!rest_.empty()) Fail("something behind the value");
    return out;
  }

 private:
  [[noreturn]] void Fail(const char* why) {
    std::fprintf(stderr, "bad JSON in a test at byte %zu: %s: %.*s\n", text_.size() - rest_.size(),
                 why, static_cast<int>(text_.size()), text_.data());
    std::abort();
  }
  void Skip() {
    while (!rest_.empty() && std::string_view(" \t\r\n").find(rest_[0]) != std::string_view::npos) {
      rest_.remove_prefix(1);
    }
  }
  bool Take(std::string_view token) {
    Skip();
    if (!rest_.starts_with(token)) return false;
    rest_.remove_prefix(token.size());
    return true;
  }
  void Expect(std::string_view token) {
    if (!Take(token)) Fail("unexpected character");
  }

  void Value(ByteBuffer& out) {
    MsgpackWriter writer(out);
    if (Take("{")) return Map(out);
    if (Take("[")) return Array(out);
    Skip();
    if (rest_.starts_with('"')) return writer.String(String());
    if (Take("null")) return writer.Nil();
    if (Take("true")) return writer.Bool(true);
    if (Take("false")) return writer.Bool(false);
    Number(writer);
  }

  void Number(MsgpackWriter& writer) {
    const size_t length = std::min(rest_.find_first_not_of("+-.eE0123456789"), rest_.size());
    const std::string_view number = rest_.substr(0, length);
    if (number.empty()) Fail("a value is missing");
    rest_.remove_prefix(length);
    const char* end = number.data() + number.size();
    if (number.find_first_of(".eE") != std::string_view::npos) {
      double value = 0;
      if (std::from_chars(number.data(), end, value).ptr != end) Fail("bad number");
      return writer.Float(value);
    }
    int64_t value = 0;
    uint64_t large = 0;
    if (std::from_chars(number.data(), end, value).ec == std::errc()) return writer.Int(value);
    double beyond = 0;
    if (std::from_chars(number.data(), end, large).ec != std::errc()) {
      if (std::from_chars(number.data(), end, beyond).ptr != end) Fail("bad number");
      return writer.Float(beyond);  // More than 64 bits.
    }
    writer.Uint(large);
  }

  uint32_t HexNumber(size_t digits) {
    uint32_t value = 0;
    if (rest_.size() < digits) Fail("hex digits are missing");
    const char* end = rest_.data() + digits;
    if (std::from_chars(rest_.data(), end, value, 16).ptr != end) Fail("bad hex digits");
    rest_.remove_prefix(digits);
    return value;
  }

  static void AppendUtf8(uint32_t point, std::string* out) {
    const auto add = [out](uint32_t byte) { *out += static_cast<char>(byte); };
    if (point < 0x80) return add(point);
    if (point < 0x800) {
      add(0xC0 | point >> 6);
    } else if (point < 0x10000) {
      add(0xE0 | point >> 12);
      add(0x80 | (point >> 6 & 0x3F));
    } else {
      add(0xF0 | point >> 18);
      add(0x80 | (point >> 12 & 0x3F));
      add(0x80 | (point >> 6 & 0x3F));
    }
    add(0x80 | (point & 0x3F));
  }

  void Escape(std::string* out) {
    if (rest_.empty()) Fail("a string is never closed");
    const char c = rest_[0];
    rest_.remove_prefix(1);
    constexpr std::string_view kFrom = "ntrbf\"\\/";
    constexpr std::string_view kTo = "\n\t\r\b\f\"\\/";
    const size_t simple = kFrom.find(c);
    if (simple != std::string_view::npos) {
      *out += kTo[simple];
    } else if (c == 'x') {
      *out += static_cast<char>(HexNumber(2));
    } else if (c == 'u') {
      uint32_t point = HexNumber(4);
      if (point >= 0xD800 && point < 0xDC00) {
        Expect("\\u");
        point = 0x10000 + ((point - 0xD800) << 10) + (HexNumber(4) - 0xDC00);
      }
      AppendUtf8(point, out);
    } else {
      Fail("unknown escape");
    }
  }

  std::string String() {
    Expect("\"");
    std::string out;
    while (true) {
      if (rest_.empty()) Fail("a string is never closed");
      const char c = rest_[0];
      rest_.remove_prefix(1);
      if (c == '"') return out;
      if (c == '\\') {
        Escape(&out);
      } else {
        out += c;
      }
    }
  }

  ByteBuffer HexString() {
    const std::string digits = String();
    ByteBuffer bytes;
    for (size_t i = 0; i + 1 < digits.size(); i += 2) {
      unsigned value = 0;
      if (std::from_chars(&digits[i], &digits[i] + 2, value, 16).ptr != &digits[i] + 2) {
        Fail("bad hex digits");
      }
      bytes.Append(static_cast<char>(value));
    }
    return bytes;
  }

  int64_t Integer() {
    Skip();
    ByteBuffer bytes;
    MsgpackWriter writer(bytes);
    Number(writer);
    return ValueView(bytes.bytes()).AsInt().value_or(0);
  }

  // What follows `{"$...":`.
  void Special(const std::string& name, ByteBuffer& out) {
    MsgpackWriter writer(out);
    if (name == "$bin") {
      Skip();
      writer.Binary(HexString().bytes());
    } else if (name == "$ext") {
      Expect("[");
      const auto type = static_cast<int8_t>(Integer());
      Expect(",");
      Skip();
      writer.Ext(type, HexString().bytes());
      Expect("]");
    } else if (name == "$eventtime") {
      Expect("[");
      EventTime time;
      time.seconds = static_cast<uint32_t>(Integer());
      Expect(",");
      time.nanoseconds = static_cast<uint32_t>(Integer());
      writer.Time(time);
      Expect("]");
    } else if (name == "$float") {
      Skip();
      const std::string text = String();
      writer.Float(text == "nan" ? NAN : text == "inf" ? INFINITY : -INFINITY);
    } else {
      Expect("[");
      Pairs(out);
    }
    Expect("}");
  }

  void Pairs(ByteBuffer& out) {
    ByteBuffer content;
    uint32_t count = 0;
    for (; !Take("]"); ++count) {
      if (count > 0) Expect(",");
      Expect("[");
      Value(content);
      Expect(",");
      Value(content);
      Expect("]");
    }
    MsgpackWriter writer(out);
    writer.MapHeader(count);
    writer.Raw(content.bytes());
  }

  void Map(ByteBuffer& out) {
    ByteBuffer content;
    MsgpackWriter content_writer(content);
    uint32_t count = 0;
    for (; !Take("}"); ++count) {
      if (count > 0) Expect(",");
      Skip();
      const std::string key = String();
      Expect(":");
      const bool special =
          key == "$bin" || key == "$ext" || key == "$eventtime" || key == "$float" || key == "$map";
      if (count == 0 && special) return Special(key, out);
      content_writer.String(key);
      Value(content);
    }
    MsgpackWriter writer(out);
    writer.MapHeader(count);
    writer.Raw(content.bytes());
  }

  void Array(ByteBuffer& out) {
    ByteBuffer content;
    uint32_t count = 0;
    for (; !Take("]"); ++count) {
      if (count > 0) Expect(",");
      Value(content);
    }
    MsgpackWriter writer(out);
    writer.ArrayHeader(count);
    writer.Raw(content.bytes());
  }

  std::string_view text_;
  std::string_view rest_;
};

}  // namespace

ByteBuffer MsgpackFromJson(std::string_view json) { return JsonReader(json).Read(); }

}  // namespace andon
