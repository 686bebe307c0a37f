#include "core/forward/message_option.h"

namespace andon::forward {
namespace {

// nil and "text" are no compression.
bool ReadCompression(const ValueView& value, Compression* compression) {
  if (value.type() == ValueType::kNil) return true;
  const auto name = value.AsText();
  if (!name.has_value()) return false;
  for (const Compression known : {Compression::kNone, Compression::kGzip, Compression::kZstd}) {
    if (*name == CompressionName(known)) {
      *compression = known;
      return true;
    }
  }
  return false;
}

bool AsksForAck(const ValueView& chunk) {
  return chunk.type() != ValueType::kNil && chunk.AsBool() != false;
}

}  // namespace

MessageOption ReadMessageOption(ValueView validated) {
  MessageOption option;
  if (validated.bytes().empty() || !validated.is_map()) return option;
  if (const auto chunk = validated.Find("chunk"); chunk.has_value() && AsksForAck(*chunk)) {
    option.chunk = *chunk;
  }
  const auto compressed = validated.Find("compressed");
  if (compressed.has_value() && !ReadCompression(*compressed, &option.compression)) {
    option.error = "option \"compressed\" names a compression that is not known";
  }
  const char* hop_error = nullptr;
  option.hop = ReadHop(validated, &hop_error);
  if (hop_error != nullptr) option.error = "option \"andon\" cannot be understood";
  return option;
}

}  // namespace andon::forward
