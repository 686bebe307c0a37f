#include "outputs/elasticsearch/field_writer.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "core/base/random.h"
#include "core/codec/json_writer.h"
#include "core/event/msgpack_writer.h"

namespace andon::elasticsearch {
namespace {

// Records at the end of memory of their own: what is read behind them is seen by a sanitizer.
class FieldWriterTest : public testing::Test {
 protected:
  void SetUp() override { writer.SetRenames(config.otherwise); }

  // The members, written behind `,`, of the record at the front of `entries`.
  std::string Members(Bytes entries) {
    const auto copy = std::make_unique<std::byte[]>(entries.size());
    std::copy(entries.begin(), entries.end(), copy.get());
    body.Clear();
    body.Append('"');
    const std::byte* const end =
        writer.Append(copy.get(), copy.get() + entries.size(), false, body);
    read_bytes = static_cast<size_t>(end - copy.get());
    return std::string(body.text().substr(1));
  }
  // As json_writer.h writes them.
  static std::string Expected(Bytes record) {
    ByteBuffer json;
    AppendJson(ValueView(record), json);
    const std::string_view inside = json.text().substr(1, json.size() - 2);
    return inside.empty() ? "" : "," + std::string(inside);
  }
  void ExpectSame(const ByteBuffer& record) {
    const std::string expected = Expected(record.bytes());
    EXPECT_EQ(Members(record.bytes()), expected);
    EXPECT_EQ(read_bytes, record.size());
    ByteBuffer more;  // With others behind it.
    more.Append(record.bytes());
    more.Append(std::string(400, '\xc1'));
    EXPECT_EQ(Members(more.bytes()), expected);
    EXPECT_EQ(read_bytes, record.size());
  }

  DocumentConfig config;
  FieldWriter writer{config};
  ByteBuffer body;
  size_t read_bytes = 0;
};

TEST_F(FieldWriterTest, AStringOfAnyLengthIsEscapedWhereverThatIsNeeded) {
  for (size_t size = 0; size <= 300; ++size) {
    for (const std::string_view special :
         {"", "\"", "\\", "\n", "\x1f", "\x7f", "\xc3\xa4", "\xff"}) {
      for (size_t at = 0; at < std::max<size_t>(size, 1); at += special.empty() ? size + 1 : 7) {
        std::string text(size, 'x');
        text.replace(std::min(at, size), std::min(special.size(), size - at), special);
        ByteBuffer record;
        MsgpackWriter out(record);
        out.MapHeader(2);
        out.String("key");
        out.String(text);
        out.String("n");
        out.Int(1);
        ExpectSame(record);
        ASSERT_FALSE(HasFailure()) << size << " " << at;
      }
    }
  }
}

void AnyValue(Random& random, int depth, MsgpackWriter& out);

void AnyKey(Random& random, MsgpackWriter& out) {
  constexpr std::string_view kKeys[] = {
      "a",        "host",  "code", "size", "message", "user_agent", "http.request.method",
      "a\"quote", "@time", ""};
  switch (random.Below(12)) {
    case 0:
      return out.Int(static_cast<int64_t>(random.Below(100)));
    case 1:
      return out.String(std::string(random.Below(50), 'k'));
    default:
      return out.String(kKeys[random.Below(std::size(kKeys))]);
  }
}

void AnyMap(Random& random, int depth, MsgpackWriter& out) {
  const auto pairs = static_cast<uint32_t>(random.Below(depth == 0 ? 20 : 4));
  out.MapHeader(pairs);
  for (uint32_t i = 0; i < pairs; ++i) {
    AnyKey(random, out);
    AnyValue(random, depth + 1, out);
  }
}

void AnyValue(Random& random, int depth, MsgpackWriter& out) {
  const uint64_t bits = random.Next() >> random.Below(64);
  switch (random.Below(depth > 3 ? 8 : 9)) {
    case 0:
      return out.Nil();
    case 1:
      return out.Bool(bits % 2 == 0);
    case 2:
      return out.Uint(bits);
    case 3:
      return out.Int(-static_cast<int64_t>(bits >> 1));
    case 4:
      return out.Float(static_cast<double>(bits) / 8);
    case 8:
      return AnyMap(random, depth, out);
    default: {
      std::string text(random.Below(300) >> random.Below(8), 'x');
      if (!text.empty() && bits % 4 == 0) text[bits % text.size()] = static_cast<char>(bits >> 8);
      return out.String(text);
    }
  }
}

TEST_F(FieldWriterTest, RecordsOfAnyShapeOneAfterTheOtherAreAsTheJsonWriterWritesThem) {
  const auto random = SeededRandom(5);
  for (int i = 0; i < 20'000 && !HasFailure(); ++i) {
    ByteBuffer record;
    MsgpackWriter out(record);
    AnyMap(*random, 0, out);
    ExpectSame(record);
  }
}

}  // namespace
}  // namespace andon::elasticsearch
