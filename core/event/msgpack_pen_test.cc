#include "core/event/msgpack_pen.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "core/event/batch_builder.h"
#include "core/event/msgpack_writer.h"

namespace andon {
namespace {

TEST(MsgpackPenTest, WritesWhatTheWriterWritesInTheRoomItNames) {
  for (const size_t size :
       {0u, 1u, 3u, 4u, 15u, 16u, 17u, 31u, 32u, 255u, 256u, 65'535u, 65'536u}) {
    const std::string text(size, 'x');
    ByteBuffer wanted;
    MsgpackWriter writer(wanted);
    writer.String(text);
    writer.MapHeader(static_cast<uint32_t>(size));
    writer.ArrayHeader(static_cast<uint32_t>(size));
    ByteBuffer out(MsgpackPen::RoomFor(text) + 2 * MsgpackPen::kHeadRoom);
    MsgpackPen pen(out.data());
    pen.String(text);
    pen.MapHeader(static_cast<uint32_t>(size));
    pen.ArrayHeader(static_cast<uint32_t>(size));
    out.Advance(static_cast<size_t>(pen.at() - out.data()));
    EXPECT_TRUE(out.text() == wanted.text()) << size;
  }
}

TEST(MsgpackPenTest, FieldsWrittenAtOnceStandAmongTheOthers) {
  static constexpr PackedKey kKey("a key");
  static constexpr PackedLiteral<32> kTwo("b", "one", "c", "two");
  BatchBuilder batch;
  RecordWriter record(batch, {1, 2});
  record.Field("first", "x");
  MsgpackPen pen(record.BeginFields(PackedKey::kBytes + 32 + MsgpackPen::RoomFor("value")));
  pen.Put(kKey);
  pen.String("value");
  pen.Put(kTwo);
  record.EndFields(3, pen.at());
  record.Field("last", "y");
  EXPECT_EQ(record.fields(), 5u);
  record.Commit();
  ByteBuffer wanted;
  MsgpackWriter writer(wanted);
  writer.ArrayHeader(2);
  writer.Time({1, 2});
  writer.MapHeader(5);
  for (const char* text : {"first", "x", "a key", "value", "b", "one", "c", "two", "last", "y"}) {
    writer.String(text);
  }
  EXPECT_EQ(AsText(batch.Batch(Tag("t")).entries), wanted.text());
}

}  // namespace
}  // namespace andon
