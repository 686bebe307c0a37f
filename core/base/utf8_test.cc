#include "core/base/utf8.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>

namespace andon {
namespace {

std::string Encode(uint32_t point) {
  std::string text;
  const auto put = [&](uint32_t byte) { text += static_cast<char>(byte); };
  if (point < 0x80) {
    put(point);
  } else if (point < 0x800) {
    put(0xc0 | point >> 6);
    put(0x80 | (point & 0x3f));
  } else if (point < 0x10000) {
    put(0xe0 | point >> 12);
    put(0x80 | ((point >> 6) & 0x3f));
    put(0x80 | (point & 0x3f));
  } else {
    put(0xf0 | point >> 18);
    put(0x80 | ((point >> 12) & 0x3f));
    put(0x80 | ((point >> 6) & 0x3f));
    put(0x80 | (point & 0x3f));
  }
  return text;
}

TEST(Utf8Test, EveryCharacterIsTakenWholeAndNoSurrogate) {
  for (uint32_t point = 0; point < 0x110000; ++point) {
    const std::string text = Encode(point);
    const bool surrogate = point >= 0xd800 && point < 0xe000;
    ASSERT_EQ(Utf8CharacterSize(text + "x"), surrogate ? 0 : text.size()) << point;
    ASSERT_EQ(Utf8CharacterSize(text.substr(0, text.size() - 1)), 0u) << point;
  }
}

TEST(Utf8Test, WhatIsNoCharacterIsRefused) {
  for (const char* text :
       {"", "\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xe0\x9f\xbf", "\xf0\x8f\xbf\xbf",
        "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff", "\xc3(", "\xe2\x82(", "\xf0\x9f\x98("}) {
    EXPECT_EQ(Utf8CharacterSize(text), 0u) << text;
  }
}

}  // namespace
}  // namespace andon
