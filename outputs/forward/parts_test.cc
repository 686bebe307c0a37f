#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>

#include "outputs/forward/delivery_note.h"
#include "outputs/forward/range_set.h"
#include "outputs/forward/sent_book.h"
#include "outputs/forward/server_order.h"
#include "test/support/matchers.h"

namespace andon::forward {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

// The numbers of ranges, which are in order and apart.
std::set<Sequence> NumbersIn(const std::vector<Range>& ranges) {
  std::set<Sequence> numbers;
  Sequence before = 0;
  for (const Range& one : ranges) {
    EXPECT_GT(one.first, before == 0 ? 0 : before + 1);
    for (Sequence n = one.first; n <= one.last; ++n) numbers.insert(n);
    before = one.last;
  }
  return numbers;
}

TEST(RangeSetTest, DoesWhatASetOfNumbersDoes) {
  const auto random = SeededRandom(1);
  RangeSet ranges;
  std::set<Sequence> numbers;
  for (int step = 0; step < 6000; ++step) {
    const Sequence first = 1 + random->Below(40);
    const Range range{first, first + random->Below(10)};
    const std::set<Sequence> change = NumbersIn({range});
    if (random->Below(2) == 0) {
      ranges.Add(range);
      numbers.insert(change.begin(), change.end());
    } else {
      ranges.Remove(range);
      std::erase_if(numbers, [&](Sequence n) { return change.contains(n); });
    }
    ASSERT_EQ(ranges.count(), numbers.size());
    ASSERT_EQ(NumbersIn(ranges.ranges()), numbers);
    std::set<Sequence> common = numbers;
    std::erase_if(common, [&](Sequence n) { return !change.contains(n); });
    ASSERT_EQ(NumbersIn(ranges.Common(range)), common);
  }
}

TEST(ServerOrderTest, CollectorsSpreadByWeightAndFewMoveWhenAServerGoes) {
  const std::vector<Candidate> three = {{"a", 60, false}, {"b", 60, false}, {"c", 120, false}};
  const std::vector<Candidate> two = {{"a", 60, false}, {"b", 60, false}};
  std::map<size_t, int> preferred;
  int moved = 0;
  for (int i = 0; i < 4000; ++i) {
    const std::string who = "collector-" + std::to_string(i);
    const size_t first = PreferredOrder(who, three).front();
    ++preferred[first];
    if (first != 2 && PreferredOrder(who, two).front() != first) ++moved;
  }
  EXPECT_NEAR(preferred[0], 1000, 120);
  EXPECT_NEAR(preferred[1], 1000, 120);
  EXPECT_NEAR(preferred[2], 2000, 120);
  EXPECT_EQ(moved, 0);
}

TEST(ServerOrderTest, StandbysComeLast) {
  for (int i = 0; i < 100; ++i) {
    const auto order =
        PreferredOrder(std::to_string(i), {{"s", 1000, true}, {"a", 1, false}, {"b", 1, false}});
    EXPECT_EQ(order.back(), 0u);
  }
}

DeliveryNote SampleNote() {
  DeliveryNote note;
  note.active = "a";
  note.servers["a"].once = true;
  note.servers["a"].may_have[{1, 2}].Add({5, 10'000'000'000});
  note.servers["a"].may_have[{1, 2}].Add({20'000'000'000, 20'000'000'000});
  note.servers["b"].once = false;
  note.servers["c"] = {};
  return note;
}

TEST(DeliveryNoteTest, ComesBackAsItWasWritten) {
  const auto note = DeliveryNote::Decode(SampleNote().Encode());
  ASSERT_THAT(note, IsOk());
  EXPECT_TRUE(*note == SampleNote());
  const auto empty = DeliveryNote::Decode("");
  ASSERT_THAT(empty, IsOk());
  EXPECT_TRUE(*empty == DeliveryNote());
}

TEST(DeliveryNoteTest, DamageAndOtherVersionsAreNoticedOrHarmless) {
  const std::string good = SampleNote().Encode();
  for (size_t at = 0; at < good.size(); ++at) {
    EXPECT_FALSE(DeliveryNote::Decode(good.substr(0, at)).ok() && at > 0) << at;
    for (const int change : {1, 0x80, 0xff}) {
      std::string bad = good;
      bad[at] = static_cast<char>(bad[at] ^ change);
      (void)DeliveryNote::Decode(bad);
    }
  }
  std::string newer = good;
  newer[newer.find("v") + 1] = 2;
  EXPECT_EQ(DeliveryNote::Decode(newer).status().code(), StatusCode::kRejected);
}

TEST(SentBookTest, WhatIsReservedMayBeSentOnceItIsNoted) {
  SentBook book;
  const LaneId lane{1, 1};
  RangeSet some;
  some.Add({10, 100});
  book.Reserve(lane, some);
  EXPECT_FALSE(book.Noted(lane, {10, 20}));
  const auto noted = book.MayHave();
  EXPECT_THAT(noted.at(lane).ranges(), ElementsAre(Range{10, 100}));
  some.Add({101, 200});
  some.Remove({150, 160});
  book.Reserve(lane, some);
  EXPECT_TRUE(book.Reserved(lane, {90, 149}));
  EXPECT_FALSE(book.Reserved(lane, {140, 160}));
  book.ReservationsNoted(noted);
  EXPECT_TRUE(book.Noted(lane, {10, 100}));
  EXPECT_FALSE(book.Noted(lane, {90, 101}));
  book.Settled(lane, 50);
  EXPECT_THAT(book.MayHave().at(lane).ranges(), ElementsAre(Range{51, 149}, Range{161, 200}));
  book.Sent(lane, {{60, 70}});
  book.DropReservations();
  EXPECT_THAT(book.MayHave().at(lane).ranges(), ElementsAre(Range{60, 70}));
  EXPECT_FALSE(book.Noted(lane, {60, 70}));
}

TEST(SentBookTest, WhatDidNotLeaveIsNotSentButWhatIsInDoubtStays) {
  SentBook book;
  const LaneId lane{1, 1};
  book.Sent(lane, {{1, 10}});
  book.Doubted(lane, {{1, 5}}, {});
  book.NotSent(lane, {{4, 10}});
  EXPECT_THAT(book.MayHave().at(lane).ranges(), ElementsAre(Range{1, 5}));
  EXPECT_EQ(book.doubts(), 5u);
  book.Acknowledged(lane, {{1, 4}});
  EXPECT_EQ(book.doubts(), 1u);
  EXPECT_THAT(book.MayHave().at(lane).ranges(), ElementsAre(Range{1, 5}));
  book.Settled(lane, 5);
  EXPECT_THAT(book.MayHave(), IsEmpty());
}

}  // namespace
}  // namespace andon::forward
