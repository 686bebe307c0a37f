#include "core/event/value_view.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "core/event/record_view.h"

namespace andon {
namespace {

using std::string_literals::operator""s;
using std::string_view_literals::operator""sv;

ValueView View(std::string_view bytes) { return ValueView(AsBytes(bytes)); }

TEST(ValueViewTest, IntegersOfEveryWidthAreReadBySignNotByForm) {
  EXPECT_EQ(View("\x7f").AsUint(), 127u);
  EXPECT_EQ(View("\xcc\xff"sv).AsUint(), 255u);
  EXPECT_EQ(View("\xcd\xff\xfe"sv).AsUint(), 0xfffeu);
  EXPECT_EQ(View("\xce\xff\xff\xff\xfe"sv).AsUint(), 0xfffffffeu);
  EXPECT_EQ(View("\xcf\xff\xff\xff\xff\xff\xff\xff\xfe"sv).AsUint(), UINT64_MAX - 1);
  EXPECT_EQ(View("\xff").AsInt(), -1);
  EXPECT_EQ(View("\xe0").AsInt(), -32);
  EXPECT_EQ(View("\xd0\x80"sv).AsInt(), -128);
  EXPECT_EQ(View("\xd1\x80\x00"sv).AsInt(), INT16_MIN);
  EXPECT_EQ(View("\xd2\x80\x00\x00\x00"sv).AsInt(), INT32_MIN);
  EXPECT_EQ(View("\xd3\x80\x00\x00\x00\x00\x00\x00\x00"sv).AsInt(), INT64_MIN);
  // A signed form with a number that is not negative.
  EXPECT_EQ(View("\xd1\x01\x00"sv).type(), ValueType::kUint);
  EXPECT_EQ(View("\xd1\x01\x00"sv).AsUint(), 256u);
  EXPECT_EQ(View("\xd1\xff\x00"sv).type(), ValueType::kInt);
  EXPECT_FALSE(View("\xd1\xff\x00"sv).AsUint());
  EXPECT_EQ(View("\xcf\x7f\xff\xff\xff\xff\xff\xff\xff"sv).AsInt(), INT64_MAX);
  EXPECT_FALSE(View("\xcf\x80\x00\x00\x00\x00\x00\x00\x00"sv).AsInt());
}

TEST(ValueViewTest, EachQuestionIsAnsweredForItsOwnTypeOnly) {
  const std::vector<std::pair<std::string, ValueType>> values{
      {"\xc0"s, ValueType::kNil},
      {"\xc3"s, ValueType::kBool},
      {"\xff"s, ValueType::kInt},
      {"\x05"s, ValueType::kUint},
      {"\xca\x3f\xc0\x00\x00"s, ValueType::kFloat},
      {"\xa1x"s, ValueType::kString},
      {"\xc4\x01x"s, ValueType::kBinary},
      {"\x91\x01"s, ValueType::kArray},
      {"\x81\xa1k\x01"s, ValueType::kMap},
      {"\xd4\x07x"s, ValueType::kExt},
  };
  for (const auto& [bytes, type] : values) {
    const ValueView value = View(bytes);
    EXPECT_EQ(value.type(), type);
    EXPECT_EQ(value.AsBool().has_value(), type == ValueType::kBool);
    EXPECT_EQ(value.AsInt().has_value(), type == ValueType::kInt || type == ValueType::kUint);
    EXPECT_EQ(value.AsUint().has_value(), type == ValueType::kUint);
    EXPECT_EQ(value.AsFloat().has_value(), type == ValueType::kFloat);
    EXPECT_EQ(value.AsString().has_value(), type == ValueType::kString);
    EXPECT_EQ(value.AsBinary().has_value(), type == ValueType::kBinary);
    EXPECT_EQ(value.AsText().has_value(), type == ValueType::kString || type == ValueType::kBinary);
    EXPECT_EQ(value.AsExt().has_value(), type == ValueType::kExt);
    EXPECT_FALSE(value.AsEventTime().has_value());
    EXPECT_EQ(value.size(), type == ValueType::kArray || type == ValueType::kMap ? 1u : 0u);
    EXPECT_EQ(value.begin_array().done(), type != ValueType::kArray);
    EXPECT_EQ(value.begin_map().done(), type != ValueType::kMap);
    EXPECT_EQ(value.Find("k").has_value(), type == ValueType::kMap);
  }
}

TEST(ValueViewTest, AViewOfNothingIsNil) {
  const ValueView nothing;
  EXPECT_EQ(nothing.type(), ValueType::kNil);
  EXPECT_EQ(nothing.size(), 0u);
  EXPECT_FALSE(nothing.AsInt() || nothing.AsUint() || nothing.AsString() || nothing.Find("a"));
}

TEST(ValueViewTest, TextsOfEveryLengthFormAreRead) {
  for (const size_t size : {0u, 31u, 32u, 255u, 256u, 65'535u, 65'536u}) {
    const std::string text(size, 'x');
    std::string head32 = "\xdb"s + static_cast<char>(size >> 24) + static_cast<char>(size >> 16) +
                         static_cast<char>(size >> 8) + static_cast<char>(size);
    EXPECT_EQ(View(head32 + text).AsString(), text);
    head32[0] = '\xc6';
    EXPECT_EQ(View(head32 + text).AsBinary(), text);
  }
  EXPECT_EQ(View("\xd9\x02zz"sv).AsString(), "zz");
  EXPECT_EQ(View("\xda\x00\x02zz"sv).AsString(), "zz");
}

TEST(ValueViewTest, FloatsOfBothWidthsAndEventTimesAreRead) {
  EXPECT_EQ(View("\xca\x3f\xc0\x00\x00"sv).AsFloat(), 1.5);
  EXPECT_EQ(View("\xcb\xbf\xf8\x00\x00\x00\x00\x00\x00"sv).AsFloat(), -1.5);
  const EventTime time{0x01020304, 0x05060708};
  EXPECT_EQ(View("\xd7\x00\x01\x02\x03\x04\x05\x06\x07\x08"sv).AsEventTime(), time);
  EXPECT_EQ(View("\xc7\x08\x00\x01\x02\x03\x04\x05\x06\x07\x08"sv).AsEventTime(), time);
  EXPECT_FALSE(View("\xd7\x01\x01\x02\x03\x04\x05\x06\x07\x08"sv).AsEventTime());
  const auto ext = View("\xc7\x02\xfezz"sv).AsExt();
  ASSERT_TRUE(ext.has_value());
  EXPECT_EQ(ext->type, -2);
  EXPECT_EQ(AsText(ext->data), "zz");
}

TEST(ValueViewTest, IteratorsGiveEveryElementOnce) {
  const std::string array = "\x94\x01\x92\x02\x03\xa1x\x80"s;
  std::vector<size_t> sizes;
  for (auto it = View(array).begin_array(); !it.done(); it.Next()) {
    sizes.push_back(it.value().bytes().size());
  }
  EXPECT_EQ(sizes, (std::vector<size_t>{1, 3, 2, 1}));

  const std::string map = "\x83\xa1k\x92\x02\x03\x05\xa1v\xa1z\x81\x01\x02"s;
  std::vector<std::pair<size_t, size_t>> pairs;
  for (auto it = View(map).begin_map(); !it.done(); it.Next()) {
    pairs.emplace_back(it.key().bytes().size(), it.value().bytes().size());
  }
  EXPECT_EQ(pairs, (std::vector<std::pair<size_t, size_t>>{{2, 3}, {1, 2}, {2, 3}}));
}

TEST(RecordViewTest, FindGivesTheFirstOfThatKeyInAnyTextForm) {
  const std::string map = "\x85\xa1k\x01\x05\x02\xc4\x01q\x03\xa1k\x04\xd9\x01w\x05"s;
  const RecordView record(View(map));
  EXPECT_EQ(record.Find("k")->AsUint(), 1u);
  EXPECT_EQ(record.Find("q")->AsUint(), 3u);
  EXPECT_EQ(record.Find("w")->AsUint(), 5u);
  EXPECT_FALSE(record.Find("").has_value());
  EXPECT_FALSE(record.Find("\x05").has_value());
  EXPECT_EQ(record.size(), 5u);
}

TEST(RecordViewTest, APathGoesDownNestedMapsOnly) {
  const std::string map =
      "\x82\xa1"
      "a\x81\xa1"
      "b\x81\xa1"
      "c\x07\xa1"
      "d\x01"s;
  const RecordView record(View(map));
  const std::vector<std::string> path{"a", "b", "c"};
  EXPECT_EQ(record.FindPath(path)->AsUint(), 7u);
  EXPECT_EQ(record.FindPath(std::span(path).first(1))->size(), 1u);
  EXPECT_FALSE(record.FindPath(std::vector<std::string>{"d", "b"}));
  EXPECT_FALSE(record.FindPath(std::vector<std::string>{"a", "x"}));
}

}  // namespace
}  // namespace andon
