#include "core/event/run_set.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <set>
#include <string>
#include <vector>

#include "core/base/random.h"

namespace andon {
namespace {

constexpr Sequence kLast = std::numeric_limits<Sequence>::max();

std::string Encoded(const RunSet& set) {
  ByteBuffer out;
  set.EncodeTo(out);
  return std::string(out.text());
}

TEST(RunSetTest, AGapThatIsFilledRaisesTheWatermark) {
  RunSet set;
  EXPECT_TRUE(set.empty());
  set.Add({1, 10});
  set.Add({21, 30});
  EXPECT_EQ(set.watermark(), 10u);
  EXPECT_EQ(set.above(), (std::vector<Range>{{21, 30}}));
  EXPECT_FALSE(set.Contains(11));
  EXPECT_TRUE(set.ContainsAll({22, 30}));
  EXPECT_FALSE(set.ContainsAll({10, 21}));
  set.Add({11, 20});
  EXPECT_EQ(set.watermark(), 30u);
  EXPECT_TRUE(set.above().empty());
}

TEST(RunSetTest, NothingIsMissingTwice) {
  RunSet set;
  set.Add({5, 6});
  set.Add({9, 9});
  EXPECT_EQ(set.Missing({1, 12}), (std::vector<Range>{{1, 4}, {7, 8}, {10, 12}}));
  EXPECT_EQ(set.Missing({5, 6}), std::vector<Range>{});
  EXPECT_EQ(set.Missing({6, 7}), (std::vector<Range>{{7, 7}}));
  EXPECT_EQ(set.Missing({4, 3}), std::vector<Range>{});
}

TEST(RunSetTest, ZeroIsNoNumberAndEmptyRangesAddNothing) {
  RunSet set;
  set.Add({0, 0});
  set.Add({7, 3});
  set.RaiseTo(0);
  EXPECT_TRUE(set.empty());
  EXPECT_FALSE(set.Contains(0));
  EXPECT_TRUE(set.ContainsAll({3, 2}));
}

TEST(RunSetTest, TheLastNumbersDoNotOverflow) {
  RunSet set;
  set.Add({kLast, kLast});
  EXPECT_TRUE(set.Contains(kLast));
  EXPECT_EQ(set.Missing({kLast - 1, kLast}), (std::vector<Range>{{kLast - 1, kLast - 1}}));
  EXPECT_EQ(RunSet::Decode(AsBytes(Encoded(set))).value(), set);
  set.RaiseTo(kLast);
  EXPECT_EQ(set.watermark(), kLast);
  EXPECT_TRUE(set.Missing({1, kLast}).empty());
  EXPECT_EQ(RunSet::Decode(AsBytes(Encoded(set))).value(), set);
  set.Add({5, kLast});
  EXPECT_EQ(set.watermark(), kLast);
}

// The same steps with a set of single numbers.
class Model {
 public:
  void Add(Range range) {
    for (Sequence s = std::max<Sequence>(1, range.first); s <= range.last; ++s) numbers_.insert(s);
  }
  void Add(const Model& other) { numbers_.insert(other.numbers_.begin(), other.numbers_.end()); }
  bool Contains(Sequence s) const { return numbers_.count(s) > 0; }
  Sequence Watermark() const {
    Sequence s = 0;
    while (Contains(s + 1)) ++s;
    return s;
  }

 private:
  std::set<Sequence> numbers_;
};

constexpr Sequence kMost = 200;

void ExpectSame(const RunSet& set, const Model& model) {
  ASSERT_EQ(set.watermark(), model.Watermark());
  for (Sequence s = 1; s <= kMost; ++s) ASSERT_EQ(set.Contains(s), model.Contains(s)) << s;
  Sequence before = set.watermark();
  for (const Range& run : set.above()) {
    ASSERT_GT(run.first, before + 1);  // Apart from each other.
    ASSERT_GE(run.last, run.first);
    before = run.last;
  }
}

void ExpectSameMissing(const RunSet& set, const Model& model, Range range) {
  Model missing;
  for (const Range& run : set.Missing(range)) {
    for (Sequence s = run.first; s <= run.last; ++s) {
      ASSERT_FALSE(missing.Contains(s));
      ASSERT_TRUE(s >= range.first && s <= range.last);
      missing.Add({s, s});
    }
  }
  bool all = true;
  for (Sequence s = std::max<Sequence>(1, range.first); s <= range.last; ++s) {
    ASSERT_EQ(missing.Contains(s), !model.Contains(s)) << s;
    all = all && model.Contains(s);
  }
  ASSERT_EQ(set.ContainsAll(range), all);
}

TEST(RunSetTest, ItDoesWhatASetOfSingleNumbersDoes) {
  for (uint64_t seed = 0; seed < 80; ++seed) {
    SCOPED_TRACE(seed);
    const auto random = SeededRandom(seed);
    const auto range = [&] {
      const Sequence first = random->Below(kMost);
      return Range{first, std::min(kMost, first + random->Below(12))};
    };
    RunSet set;
    Model model;
    RunSet other;
    Model other_model;
    for (int step = 0; step < 60; ++step) {
      const Range added = range();
      if (random->Below(3) == 0) {
        other.Add(added);
        other_model.Add(added);
      } else {
        set.Add(added);
        model.Add(added);
      }
      if (random->Below(20) == 0) {
        const Sequence to = random->Below(kMost / 4);
        set.RaiseTo(to);
        model.Add(Range{1, to});
      }
      if (random->Below(15) == 0) {
        set.Add(other);
        model.Add(other_model);
      }
      ASSERT_NO_FATAL_FAILURE(ExpectSame(set, model));
      Range asked = range();
      asked.first = std::max<Sequence>(1, asked.first);
      ASSERT_NO_FATAL_FAILURE(ExpectSameMissing(set, model, asked));
      ASSERT_EQ(RunSet::Decode(AsBytes(Encoded(set))).value(), set);
    }
  }
}

TEST(RunSetTest, NoFrontOfAnEncodingIsTakenForASet) {
  RunSet set;
  set.Add({1, 1000});
  set.Add({5000, 70'000});
  set.Add({80'000, 80'000});
  const std::string text = Encoded(set);
  for (size_t size = 0; size < text.size(); ++size) {
    EXPECT_EQ(RunSet::Decode(AsBytes(text).first(size)).status().code(), StatusCode::kCorrupt);
  }
  EXPECT_FALSE(RunSet::Decode(AsBytes(text + "x")).ok());
}

TEST(RunSetTest, BytesFromAnybodyMakeAnErrorOrASetThatEncodesToThem) {
  const auto random = SeededRandom(9);
  int decoded = 0;
  for (int i = 0; i < 50'000; ++i) {
    std::string text;
    for (uint64_t left = random->Below(12); left > 0; --left) {
      text += static_cast<char>(random->Below(4) == 0 ? random->Below(256) : random->Below(4));
    }
    const auto set = RunSet::Decode(AsBytes(text));
    if (!set.ok()) continue;
    ++decoded;
    ASSERT_EQ(RunSet::Decode(AsBytes(Encoded(*set))).value(), *set);
    ASSERT_LE(Encoded(*set).size(), text.size());
  }
  EXPECT_GT(decoded, 100);
}

TEST(RunSetTest, ACountThatIsNotThereReservesNothing) {
  // 2^63 runs said, none there.
  const std::string text("\x00\xff\xff\xff\xff\xff\xff\xff\xff\x7f\x01\x01", 12);
  EXPECT_EQ(RunSet::Decode(AsBytes(text)).status().code(), StatusCode::kCorrupt);
}

}  // namespace
}  // namespace andon
