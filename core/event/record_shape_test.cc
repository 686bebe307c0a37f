#include "core/event/record_shape.h"

#include <gtest/gtest.h>

#include <string>

#include "core/event/batch_builder.h"
#include "core/event/record_predictor.h"

namespace andon {
namespace {

const Tag kTag("test");
const std::string kBehind(RecordShape::kMargin, '\xc1');

template <class Fill>
std::string Record(Fill fill) {
  BatchBuilder batch;
  RecordWriter record(batch, {});
  fill(record);
  record.Commit();
  return std::string(AsText(EntryIterator(batch.Batch(kTag).entries)->record.map().bytes()));
}

std::string HostAndCode(const std::string& host, int64_t code) {
  return Record([&](RecordWriter& record) {
    record.Field("host", host);
    record.Field("code", code);
  });
}

size_t Match(RecordShape& shape, const std::string& record) {
  return shape.Match(AsBytes(record + kBehind));
}

TEST(RecordShapeTest, TheSameKeysMatchWhateverTheScalarsAre) {
  RecordShape shape;
  EXPECT_EQ(Match(shape, HostAndCode("a", 1)), 0u);  // It knows nothing yet.
  const std::string first = HostAndCode("a", 200);
  ASSERT_TRUE(shape.Learn(AsBytes(first).data()));
  for (const std::string& record :
       {first, HostAndCode("", 404), HostAndCode(std::string(300, 'x'), -1),
        HostAndCode(std::string(70'000, 'x'), INT64_MAX)}) {
    EXPECT_EQ(Match(shape, record), record.size());
  }
  EXPECT_EQ(shape.matches(), 4u);
}

TEST(RecordShapeTest, OtherKeysOrContainersDoNotMatch) {
  RecordShape shape;
  const std::string first = HostAndCode("a", 200);
  ASSERT_TRUE(shape.Learn(AsBytes(first).data()));
  EXPECT_EQ(Match(shape, Record([](RecordWriter& r) { r.Field("host", "a"); })), 0u);
  EXPECT_EQ(Match(shape, Record([](RecordWriter& r) {
                    r.Field("host", "a");
                    r.Field("Code", int64_t{200});
                  })),
            0u);
  EXPECT_EQ(Match(shape, Record([](RecordWriter& r) {
                    r.Field("host", "a");
                    r.BeginArray("code");
                    r.End();
                  })),
            0u);
}

TEST(RecordShapeTest, WhatIsNotWholeDoesNotMatch) {
  RecordShape shape;
  const std::string record = HostAndCode(std::string(500, 'x'), 200);
  ASSERT_TRUE(shape.Learn(AsBytes(record).data()));
  for (size_t size = 0; size < record.size(); ++size) {
    ASSERT_EQ(shape.Match(AsBytes(record).first(size)), 0u) << size;
  }
  // The text itself may say that it goes on beyond the end.
  std::string longer = record + kBehind;
  longer[longer.find("\xda\x01") + 1] = '\x7f';
  EXPECT_EQ(shape.Match(AsBytes(longer)), 0u);
}

TEST(RecordShapeTest, NestedRecordsAndEmptyOnesHaveShapesToo) {
  const auto nested = [](const std::string& text, int number) {
    return Record([&](RecordWriter& r) {
      r.BeginMap("a");
      r.BeginArray("b");
      r.Value(text);
      r.RawValue().Int(number);
      r.End();
      r.BeginMap("empty");
      r.End();
      r.End();
    });
  };
  RecordShape shape;
  ASSERT_TRUE(shape.Learn(AsBytes(nested("x", 1)).data()));
  EXPECT_EQ(Match(shape, nested("longer", 70'000)), nested("longer", 70'000).size());
  const std::string empty = Record([](RecordWriter&) {});
  ASSERT_TRUE(shape.Learn(AsBytes(empty).data()));
  EXPECT_EQ(Match(shape, empty), 1u);
}

TEST(RecordShapeTest, WhatIsTooLargeOrTooDeepHasNone) {
  RecordShape shape;
  const std::string wide = Record([](RecordWriter& r) {
    for (int i = 0; i < 100; ++i) r.Field(std::to_string(i), "x");
  });
  EXPECT_FALSE(shape.Learn(AsBytes(wide).data()));
  EXPECT_EQ(Match(shape, wide), 0u);
  const std::string deep = Record([](RecordWriter& r) {
    for (int i = 0; i < 15; ++i) r.BeginMap("a");
    for (int i = 0; i < 15; ++i) r.End();
  });
  EXPECT_FALSE(shape.Learn(AsBytes(deep).data()));
  const std::string long_key =
      Record([](RecordWriter& r) { r.Field(std::string(2000, 'k'), "x"); });
  EXPECT_FALSE(shape.Learn(AsBytes(long_key).data()));
}

TEST(RecordPredictorTest, AFewShapesInTurnAreAllPredicted) {
  RecordPredictor predictor;
  std::vector<std::string> records{HostAndCode("a", 200),
                                   Record([](RecordWriter& r) { r.Field("x", "y"); }),
                                   Record([](RecordWriter& r) { r.FieldNil("z"); })};
  int missed = 0;
  for (size_t i = 0; i < 300; ++i) {
    const std::string& record = records[i % records.size()];
    if (predictor.Match(AsBytes(record + kBehind)) == record.size()) continue;
    ++missed;
    predictor.Missed(AsBytes(record).data());
  }
  EXPECT_LT(missed, 20);
}

TEST(RecordPredictorTest, AStreamThatChangesIsPredictedAgain) {
  RecordPredictor predictor;
  const auto run = [&](const std::string& key, int count) {
    int missed = 0;
    for (int i = 0; i < count; ++i) {
      const std::string record = Record([&](RecordWriter& r) { r.Field(key, "x"); });
      if (predictor.Match(AsBytes(record + kBehind)) > 0) continue;
      ++missed;
      predictor.Missed(AsBytes(record).data());
    }
    return missed;
  };
  for (const char* key : {"a", "b", "c", "d", "e"}) EXPECT_LT(run(key, 2000), 700) << key;
}

TEST(RecordPredictorTest, WhereNoShapeLastsLittleIsSpentOnLearning) {
  RecordPredictor predictor;
  for (int i = 0; i < 5000; ++i) {
    const std::string record =
        Record([&](RecordWriter& r) { r.Field("key" + std::to_string(i), "x"); });
    ASSERT_EQ(predictor.Match(AsBytes(record + kBehind)), 0u);
    predictor.Missed(AsBytes(record).data());
  }
  // And it still finds a shape when one comes.
  int matched = 0;
  for (int i = 0; i < 1000; ++i) {
    const std::string record = HostAndCode("a", i);
    if (predictor.Match(AsBytes(record + kBehind)) > 0) {
      ++matched;
    } else {
      predictor.Missed(AsBytes(record).data());
    }
  }
  EXPECT_GT(matched, 500);
}

}  // namespace
}  // namespace andon
