// Files of cases: one JSON object a line.
#pragma once

#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/event/record_view.h"
#include "test/support/json_text.h"

namespace andon {

// A case, owned. Fields that are null count as absent.
class Case {
 public:
  explicit Case(ByteBuffer bytes) : bytes_(std::move(bytes)) {}

  ValueView value() const { return ValueView(bytes_.bytes()); }
  std::string id() const { return Text("id").value_or("?"); }
  std::optional<ValueView> Find(std::string_view key) const { return FindIn(value(), key); }
  std::optional<std::string> Text(std::string_view key) const { return TextIn(value(), key); }

  static std::optional<ValueView> FindIn(ValueView map, std::string_view key) {
    auto found = map.Find(key);
    if (found.has_value() && found->type() == ValueType::kNil) return std::nullopt;
    return found;
  }
  // `key`, or the bytes of `key`_b64.
  static std::optional<std::string> TextIn(ValueView map, std::string_view key) {
    if (auto encoded = FindIn(map, std::string(key) + "_b64"); encoded.has_value()) {
      return Base64(*encoded->AsString());
    }
    auto found = FindIn(map, key);
    if (!found.has_value() || !found->is_string()) return std::nullopt;
    return std::string(*found->AsString());
  }
  static std::string Base64(std::string_view text) {
    constexpr std::string_view kDigits =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string bytes;
    uint32_t bits = 0;
    int count = 0;
    for (const char c : text) {
      const size_t digit = kDigits.find(c);
      if (digit == std::string_view::npos) break;
      bits = bits << 6 | static_cast<uint32_t>(digit);
      count += 6;
      if (count < 8) continue;
      count -= 8;
      bytes += static_cast<char>(bits >> count & 0xff);
    }
    return bytes;
  }

 private:
  ByteBuffer bytes_;
};

inline std::vector<Case> ReadCases(const std::string& path) {
  std::vector<Case> cases;
  std::ifstream file(path);
  EXPECT_TRUE(file.good()) << path;
  for (std::string line; std::getline(file, line);) {
    if (!line.empty()) cases.emplace_back(MsgpackFromJson(line));
  }
  EXPECT_FALSE(cases.empty()) << path;
  return cases;
}

}  // namespace andon
