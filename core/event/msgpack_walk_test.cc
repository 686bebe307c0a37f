#include "core/event/msgpack_walk.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "core/event/value_walk.h"

namespace andon {
namespace {

using std::string_literals::operator""s;

// One value of every form that msgpack has.
const std::vector<std::string> kForms{
    "\x00"s,
    "\x7f"s,
    "\x80"s,
    "\x82\x01\x02\x03\x04"s,
    "\x90"s,
    "\x92\x01\xa1x"s,
    "\xa0"s,
    "\xbf" + std::string(31, 'x'),
    "\xc0"s,
    "\xc2"s,
    "\xc3"s,
    "\xc4\x02\xff\xff"s,
    "\xc5\x00\x02zz"s,
    "\xc6\x00\x00\x00\x02zz"s,
    "\xc7\x03\x05zzz"s,
    "\xc8\x00\x03\x05zzz"s,
    "\xc9\x00\x00\x00\x03\x05zzz"s,
    "\xca\x3f\x80\x00\x00"s,
    "\xcb\x3f\xf0\x00\x00\x00\x00\x00\x00"s,
    "\xcc\xff"s,
    "\xcd\xff\xff"s,
    "\xce\xff\xff\xff\xff"s,
    "\xcf\xff\xff\xff\xff\xff\xff\xff\xff"s,
    "\xd0\x80"s,
    "\xd1\x80\x00"s,
    "\xd2\x80\x00\x00\x00"s,
    "\xd3\x80\x00\x00\x00\x00\x00\x00\x00"s,
    "\xd4\x01z"s,
    "\xd5\x01zz"s,
    "\xd6\x01zzzz"s,
    "\xd7\x01zzzzzzzz"s,
    "\xd8\x01zzzzzzzzzzzzzzzz"s,
    "\xd9\x03zzz"s,
    "\xda\x00\x03zzz"s,
    "\xdb\x00\x00\x00\x03zzz"s,
    "\xdc\x00\x02\x01\x02"s,
    "\xdd\x00\x00\x00\x02\x01\x02"s,
    "\xde\x00\x01\x01\x02"s,
    "\xdf\x00\x00\x00\x01\x01\x02"s,
    "\xe0"s,
    "\xff"s,
};

TEST(MsgpackWalkTest, EveryFormIsWalkedToItsEndAndNoFurther) {
  for (const std::string& form : kForms) {
    SCOPED_TRACE(testing::PrintToString(form));
    const WalkResult result = WalkValue(AsBytes(form + "tail"));
    EXPECT_EQ(result.outcome, WalkOutcome::kOk);
    EXPECT_EQ(result.bytes, form.size());
    EXPECT_EQ(ValueSize(AsBytes(form).data()), form.size());
  }
}

TEST(MsgpackWalkTest, EveryFrontOfAValueAsksForMore) {
  for (const std::string& form : kForms) {
    for (size_t size = 0; size < form.size(); ++size) {
      SCOPED_TRACE(testing::PrintToString(form.substr(0, size)));
      EXPECT_EQ(WalkValue(AsBytes(form).first(size)).outcome, WalkOutcome::kMore);
    }
  }
}

TEST(MsgpackWalkTest, TheByteThatMsgpackNeverUsesIsRefusedWhereverItStands) {
  for (const std::string& text :
       {"\xc1"s, "\x92\x01\xc1"s, "\x81\xc1\x01"s, "\x81\xa1z\xc1"s, "\xdc\x00\x01\xc1"s}) {
    EXPECT_EQ(WalkValue(AsBytes(text)).outcome, WalkOutcome::kInvalid);
  }
}

TEST(MsgpackWalkTest, SizesThatAreNotThereAskForMoreAndAllocateNothing) {
  for (const std::string& text :
       {"\xdb\xff\xff\xff\xffzz"s, "\xc6\xff\xff\xff\xffzz"s, "\xc9\xff\xff\xff\xff\x01zz"s,
        "\xdd\xff\xff\xff\xff\x01"s, "\xdf\xff\xff\xff\xff\x01"s}) {
    EXPECT_EQ(WalkValue(AsBytes(text)).outcome, WalkOutcome::kMore);
  }
}

TEST(MsgpackWalkTest, NestingIsBounded) {
  for (const std::string& opener : {"\x91"s, "\x81\x01"s, "\xdc\x00\x01"s}) {
    std::string text;
    for (int i = 0; i < kMaxMsgpackDepth; ++i) text += opener;
    EXPECT_EQ(WalkValue(AsBytes(text + "\x01")).outcome, WalkOutcome::kOk);
    EXPECT_EQ(WalkValue(AsBytes(text + opener + "\x01")).outcome, WalkOutcome::kInvalid);
  }
}

// Many containers side by side are no nesting.
TEST(MsgpackWalkTest, WidthIsNotDepth) {
  std::string text = "\xdc\x10\x00"s;
  for (int i = 0; i < 0x1000; ++i) text += "\x91\x91\x90";
  EXPECT_EQ(WalkValue(AsBytes(text)).bytes, text.size());
}

TEST(ValueWalkTest, ItGoesOnWhereTheBytesEndedAnywhere) {
  std::string text = "\x9f"s;
  for (size_t i = 0; i < 15; ++i)
    text += "\x82\xa1k\x93" + kForms[i * 2] + kForms[i + 20] + "\x90\xa1m" + kForms[i];
  for (size_t step = 1; step < 40; ++step) {
    ValueWalk walk;
    for (size_t given = 0; given < text.size(); given += step) {
      ASSERT_EQ(walk.Continue(AsBytes(text).first(given)), WalkOutcome::kMore);
      ASSERT_LE(walk.offset(), given);
    }
    EXPECT_EQ(walk.Continue(AsBytes(text + "tail")), WalkOutcome::kOk);
    EXPECT_EQ(walk.offset(), text.size());
  }
}

}  // namespace
}  // namespace andon
