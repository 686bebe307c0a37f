#include "core/event/record_path.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/event/msgpack_writer.h"
#include "core/event/value_text.h"

namespace andon {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(RecordPathTest, TakesEveryFormThatUsersWrite) {
  EXPECT_THAT(RecordPath::Parse("code")->keys(), ElementsAre("code"));
  EXPECT_THAT(RecordPath::Parse("a.b")->keys(), ElementsAre("a.b"));
  EXPECT_THAT(RecordPath::Parse("$.a.b")->keys(), ElementsAre("a", "b"));
  EXPECT_THAT(RecordPath::Parse("$['a key'][\"b\"].c")->keys(), ElementsAre("a key", "b", "c"));
  EXPECT_THAT(RecordPath::ParseBrackets("[\"a\"]['b']")->keys(), ElementsAre("a", "b"));
}

TEST(RecordPathTest, SaysWhatIsWrong) {
  for (const char* bad : {"", "$.", "$.a..b", "$.a[0]", "$['a", "$['a'", "$['a']b"}) {
    const auto path = RecordPath::Parse(bad);
    EXPECT_FALSE(path.ok()) << bad;
    EXPECT_THAT(path.status().message(), HasSubstr(bad));
  }
  EXPECT_FALSE(RecordPath::ParseBrackets("a").ok());
}

TEST(ValueTextTest, WritesNumbersAsTheyAreRead) {
  ByteBuffer buffer;
  MsgpackWriter writer(buffer);
  NumberText room;
  const auto text = [&](auto write) {
    buffer.Clear();
    write();
    return TextOf(ValueView(buffer.bytes()), room);
  };
  EXPECT_EQ(text([&] { writer.Int(-7); }), "-7");
  EXPECT_EQ(text([&] { writer.Uint(UINT64_MAX); }), "18446744073709551615");
  EXPECT_EQ(text([&] { writer.Float(0.1); }), "0.1");
  EXPECT_EQ(text([&] { writer.Bool(true); }), "true");
  EXPECT_EQ(text([&] { writer.String("x"); }), "x");
  EXPECT_EQ(text([&] { writer.Nil(); }), std::nullopt);
  EXPECT_EQ(text([&] { writer.MapHeader(0); }), std::nullopt);
}

}  // namespace
}  // namespace andon
