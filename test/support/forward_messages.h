// Messages of the Forward protocol, as senders write them and as they are acknowledged.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "core/event/msgpack_writer.h"
#include "core/forward/compression.h"
#include "core/forward/hop.h"
#include "core/forward/message.h"
#include "test/support/json_text.h"

namespace andon {

inline std::string Msgpack(std::string_view json) {
  return std::string(MsgpackFromJson(json).text());
}

inline std::string Binary(std::string_view content) {
  ByteBuffer out;
  MsgpackWriter(out).Binary(AsBytes(content));
  return std::string(out.text());
}

inline std::string Entries(int first, int count) {
  std::string entries;
  for (int i = 0; i < count; ++i) {
    entries += Msgpack("[1700000000, {\"n\": " + std::to_string(first + i) + "}]");
  }
  return entries;
}

// 1500 entries of 10 kB: more than is held at once.
inline std::string ManyLongEntries() {
  const std::string entry = Msgpack(R"([17, {"m": ")" + std::string(10000, 'x') + "\"}]");
  std::string entries;
  for (int i = 0; i < 1500; ++i) entries += entry;
  return entries;
}

inline std::string Compressed(std::string_view entries, forward::Compression compression) {
  const Bytes piece = AsBytes(entries);
  ByteBuffer packed;
  EXPECT_TRUE(forward::Packer(compression).Pack({&piece, 1}, packed).ok());
  return std::string(packed.text());
}

inline std::string Packed(std::string_view tag, std::string_view entries, std::string_view option) {
  return "\x93" + Msgpack('"' + std::string(tag) + '"') + Binary(entries) + std::string(option);
}
inline std::string Packed(std::string_view tag, std::string_view entries,
                          const char* option = "{}") {
  return Packed(tag, entries, std::string_view(Msgpack(option)));
}

inline std::string AckText(std::string_view chunk) {
  return Msgpack("{\"ack\": \"" + std::string(chunk) + "\"}");
}

// The option of an andon sender.
struct HopNumbers {
  LaneId lane{7, 7};
  std::vector<Range> runs;
  Sequence settled = 0;
  std::vector<Run> origin;
  std::vector<LaneId> closed;
};
inline std::string AndonOption(std::string_view chunk, const HopNumbers& numbers) {
  ByteBuffer out;
  MsgpackWriter writer(out);
  writer.MapHeader(2);
  writer.String("chunk");
  writer.String(chunk);
  forward::Hop hop;
  hop.lane = numbers.lane;
  hop.output = "out";
  hop.runs = numbers.runs;
  hop.settled = numbers.settled;
  hop.origin = numbers.origin;
  hop.closed = numbers.closed;
  forward::AppendHop(hop, writer);
  return std::string(out.text());
}
inline std::string AndonAck(std::string_view chunk) {
  return Msgpack("{\"ack\": \"" + std::string(chunk) +
                 "\", \"andon\": {\"once\": true, \"durable\": true}}");
}

}  // namespace andon
