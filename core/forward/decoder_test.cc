#include "core/forward/decoder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "test/support/json_text.h"

namespace andon::forward {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// A message as msgpack, written in JSON; "$packed": [entries] in the second place is a bin of them.
std::string Bin(const std::string& content) {
  std::string text("\xc6", 1);
  for (int shift = 24; shift >= 0; shift -= 8) {
    text += static_cast<char>(content.size() >> shift);
  }
  return text + content;
}

std::string Msgpack(std::string_view json) { return std::string(MsgpackFromJson(json).text()); }

std::string Packed(const std::string& tag, const std::string& entries,
                   const std::string& option = "") {
  std::string text(1, static_cast<char>(option.empty() ? 0x92 : 0x93));
  text += Msgpack('"' + tag + '"') + Bin(entries);
  if (!option.empty()) text += Msgpack(option);
  return text;
}

std::string Entry(int second, const std::string& record) {
  return Msgpack("[" + std::to_string(second) + "," + record + "]");
}

// Drives a decoder as a connection does: what is not consumed comes again, with more behind it.
class Feeder {
 public:
  explicit Feeder(const DecoderLimits& limits = {}) : decoder_(limits) {}

  void Feed(std::string_view more) {
    received_ += more;
    while (!broken_) {
      // A copy in a buffer of exactly this size: what reads beyond it is found.
      std::vector<char> exact(received_.begin(), received_.end());
      const auto outcome =
          decoder_.Next({reinterpret_cast<std::byte*>(exact.data()), exact.size()});
      if (outcome == Decoder::Outcome::kMore) return;
      if (outcome == Decoder::Outcome::kBroken) {
        broken_ = true;
        seen_.push_back(std::string("broken: ") + decoder_.error());
        return;
      }
      seen_.push_back(outcome == Decoder::Outcome::kStray ? "stray" : Describe());
      ASSERT_LE(decoder_.consumed(), received_.size());
      received_.erase(0, decoder_.consumed());
    }
  }
  const std::vector<std::string>& seen() const { return seen_; }
  size_t held() const { return received_.size(); }
  void RefuseParts() { decoder_.RefuseParts(); }
  bool between() const { return decoder_.between_messages(); }

 private:
  std::string Describe() {
    const Message& message = decoder_.message();
    std::string text(message.tag);
    if (message.tag_error != nullptr) text += "?";
    if (message.mode == Message::Mode::kUnreadable) return std::string("bad: ") + message.error;
    if (message.mode == Message::Mode::kMessage) {
      text += message.error != nullptr ? std::string(" bad: ") + message.error
                                       : " " + std::to_string(message.time.seconds);
      text += " " + JsonFromMsgpack(message.record);
    } else {
      text += message.part ? " part" : "";
      text += message.checked.bytes == message.entries.size() ? " all" : " some";
      text += " " + std::to_string(message.checked.count);
    }
    if (!message.option.empty()) text += " " + JsonFromMsgpack(message.option);
    return text;
  }

  Decoder decoder_;
  std::string received_;
  std::vector<std::string> seen_;
  bool broken_ = false;
};

std::vector<std::string> Seen(std::string_view bytes, const DecoderLimits& limits = {},
                              size_t step = std::string::npos) {
  Feeder feeder(limits);
  for (; !bytes.empty(); bytes.remove_prefix(std::min(step, bytes.size()))) {
    feeder.Feed(bytes.substr(0, step));
  }
  return feeder.seen();
}

TEST(DecoderTest, TakesAllModes) {
  EXPECT_THAT(Seen(Msgpack(R"(["a.b", 17, {"k": 1}])")), ElementsAre(R"(a.b 17 {"k":1})"));
  EXPECT_THAT(Seen(Msgpack(R"(["a.b", 17, {"k": 1}, {"chunk": "c"}])")),
              ElementsAre(R"(a.b 17 {"k":1} {"chunk":"c"})"));
  EXPECT_THAT(Seen(Msgpack(R"(["t", [[1, {"a": 1}], [2, {"a": 2}]], {"size": 2}])")),
              ElementsAre(R"(t all 2 {"size":2})"));
  EXPECT_THAT(Seen(Packed("t", Entry(1, "{}") + Entry(2, R"({"a":"b"})"), R"({"chunk":"x"})")),
              ElementsAre(R"(t all 2 {"chunk":"x"})"));
}

TEST(DecoderTest, TheSameComesOutHoweverTheBytesAreCut) {
  const std::string stream =
      Msgpack(R"(["m", 17, {"k": [1, {"x": "yz"}]}, {"chunk": "c"}, 5, 6])") +
      Packed("p", Entry(1, R"({"a":"b"})") + Entry(2, R"({"c":[1,2]})"), R"({"chunk":"x"})") +
      Msgpack(R"(["f", [[1, {"a": 1}], 7, [2, {}]]])") + Msgpack("42") +
      Msgpack(R"(["u", {"a": 1}])") + Packed("", "") + Msgpack(R"([5, [[1, {}]], {"chunk": "y"}])");
  const std::vector<std::string> whole = Seen(stream);
  ASSERT_EQ(whole.size(), 7u);
  for (size_t cut = 0; cut <= stream.size(); ++cut) {
    Feeder feeder;
    feeder.Feed(std::string_view(stream).substr(0, cut));
    feeder.Feed(std::string_view(stream).substr(cut));
    ASSERT_EQ(feeder.seen(), whole) << cut;
    EXPECT_TRUE(feeder.between());
  }
  Feeder feeder;
  for (const char c : stream) feeder.Feed({&c, 1});
  EXPECT_EQ(feeder.seen(), whole);
}

TEST(DecoderTest, WhatIsNoMessageIsNamed) {
  EXPECT_THAT(Seen(Msgpack("7") + Msgpack(R"({"a": 1})") + Msgpack("null")),
              ElementsAre("stray", "stray", "stray"));
  EXPECT_THAT(
      Seen(Msgpack("[]") + Msgpack(R"(["t"])")),
      ElementsAre("bad: it has fewer than two elements", "bad: it has fewer than two elements"));
  EXPECT_THAT(Seen(Msgpack(R"(["t", null])")),
              ElementsAre("bad: its second element is neither a time nor entries"));
  EXPECT_THAT(Seen(Msgpack(R"(["t", null, {"a": 1}])")),
              ElementsAre(HasSubstr("t bad: time is neither")));
  EXPECT_THAT(Seen(Msgpack(R"(["t", 1, [2]])")), ElementsAre("t bad: record is not a map [2]"));
  EXPECT_THAT(Seen(Msgpack(R"([null, 1, {}])")), ElementsAre("? 1 {}"));
  EXPECT_THAT(Seen("\xc1"), ElementsAre(HasSubstr("broken: a byte 0xc1")));
}

TEST(DecoderTest, ABadEntryStopsTheCheckThere) {
  EXPECT_THAT(Seen(Packed("t", Entry(1, "{}") + Msgpack("7") + Entry(2, "{}"))),
              ElementsAre("t some 1"));
  EXPECT_THAT(Seen(Msgpack(R"(["t", [[1, {}], 7, [2, {}]]])")), ElementsAre("t some 1"));
}

TEST(DecoderTest, DeepNestingDoesNotEndTheStackNorTheConnection) {
  std::string deep("\x93\xa1t\x01", 4);
  for (int i = 0; i < 100000; ++i)
    deep +=
        "\x81\xa1"
        "a";
  deep += '\xc0';
  EXPECT_THAT(Seen(deep + Msgpack(R"(["n", 1, {}])")),
              ElementsAre("bad: it is nested too deeply", "n 1 {}"));
}

TEST(DecoderTest, LengthsThatLieAreRefusedBeforeTheirBytesAreThere) {
  EXPECT_THAT(Seen(std::string("\x92\xdb\xff\xff\xff\xff"
                               "abc",
                               9)),
              ElementsAre(HasSubstr("broken: a message exceeds")));
  EXPECT_THAT(Seen(std::string("\xdd\xff\xff\xff\xff", 5)),
              ElementsAre(HasSubstr("broken: a message exceeds")));
  EXPECT_THAT(Seen(std::string("\x93\xa1t\x01\xdf\x7f\xff\xff\xff", 9)),
              ElementsAre(HasSubstr("broken: a message exceeds")));
}

TEST(DecoderTest, ALargePackedForwardComesInParts) {
  std::string entries;
  for (int i = 0; i < 100; ++i) entries += Entry(i + 1, R"({"a":"0123456789"})");
  const std::string stream =
      Packed("large", entries, R"({"chunk":"x"})") + Packed("small", Entry(1, "{}"));
  const DecoderLimits limits{.message_bytes = 400, .part_bytes = 200};
  for (const size_t step : {size_t{1}, size_t{7}, size_t{150}, size_t{390}}) {
    Feeder feeder(limits);
    size_t most = 0;
    for (size_t at = 0; at < stream.size(); at += step) {
      feeder.Feed(std::string_view(stream).substr(at, step));
      most = std::max(most, feeder.held());
    }
    const auto& seen = feeder.seen();
    ASSERT_GT(seen.size(), 3u);
    EXPECT_EQ(seen.back(), "small all 1");
    EXPECT_THAT(seen[seen.size() - 2], HasSubstr(R"({"chunk":"x"})"));
    int count = 0;
    for (const std::string& one : seen) {
      if (one.starts_with("large part all ")) count += std::stoi(one.substr(15));
      if (one.starts_with("large all ")) count += std::stoi(one.substr(10));
    }
    EXPECT_EQ(count, 100);
    if (step < 200) {
      EXPECT_LE(most, 400u);
    }
  }
}

TEST(DecoderTest, WhereNoPartsAreWantedALargePackedForwardBreaksTheConnection) {
  std::string entries;
  for (int i = 0; i < 100; ++i) entries += Entry(i + 1, R"({"a":"0123456789"})");
  Feeder feeder({.message_bytes = 400, .part_bytes = 200});
  feeder.Feed(Packed("small", Entry(1, "{}")));
  feeder.RefuseParts();
  feeder.Feed(Packed("large", entries, R"({"chunk":"x"})").substr(0, 300));
  EXPECT_THAT(feeder.seen(), ElementsAre("small all 1", HasSubstr("broken: a message exceeds")));
}

TEST(DecoderTest, PartsStepOverABadEntry) {
  std::string entries;
  for (int i = 0; i < 30; ++i) entries += Entry(i + 1, R"({"a":"0123456789"})");
  entries += Msgpack("7");
  for (int i = 0; i < 30; ++i) entries += Entry(i + 1, R"({"a":"0123456789"})");
  const auto seen = Seen(Packed("t", entries), {.message_bytes = 400, .part_bytes = 200}, 50);
  ASSERT_GT(seen.size(), 2u);
  int some = 0;
  for (const std::string& one : seen) some += one.find(" some ") != std::string::npos ? 1 : 0;
  EXPECT_EQ(some, 1);
}

TEST(DecoderTest, AnEntryThatIsTooLargeBreaksTheConnection) {
  const std::string entries =
      Entry(1, "{}") + Entry(1, R"({"a":")" + std::string(1000, 'x') + "\"}");
  EXPECT_THAT(Seen(Packed("t", entries), {.message_bytes = 400, .part_bytes = 200}, 100),
              ElementsAre("broken: an entry exceeds chunk_size_limit"));
}

TEST(DecoderTest, WhatLooksCompressedIsLeftAlone) {
  EXPECT_THAT(Seen(Packed("t", "\x1f\x8b\x08 and more", R"({"compressed":"gzip"})")),
              ElementsAre(R"(t some 0 {"compressed":"gzip"})"));
  EXPECT_THAT(Seen(Packed("t", "\x1f\x8b" + std::string(1000, 'x')),
                   {.message_bytes = 400, .part_bytes = 200}, 100),
              ElementsAre(HasSubstr("broken: a message exceeds")));
}

}  // namespace
}  // namespace andon::forward
