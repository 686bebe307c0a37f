#include "core/forward/ack.h"

#include "core/event/msgpack_writer.h"

namespace andon::forward {

void AppendAck(ValueView chunk, const std::optional<Capability>& capability, ByteBuffer& out) {
  MsgpackWriter writer(out);
  writer.MapHeader(capability.has_value() ? 2 : 1);
  writer.String("ack");
  writer.Raw(chunk.bytes());
  if (capability.has_value()) AppendCapability(*capability, writer);
}

void AppendJsonAck(ValueView chunk, ByteBuffer& out) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  out.Append("{\"ack\":\"");
  for (const char c : chunk.AsText().value_or("")) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out.Append('\\');
      out.Append(c);
    } else if (byte < 0x20) {
      out.Append("\\u00");
      out.Append(kDigits[byte >> 4]);
      out.Append(kDigits[byte & 0x0fu]);
    } else {
      out.Append(c);
    }
  }
  out.Append("\"}");
}

std::optional<AckReply> ReadAck(ValueView value) {
  if (!value.is_map()) return std::nullopt;
  const auto ack = value.Find("ack");
  if (!ack.has_value()) return std::nullopt;
  const auto chunk = ack->AsText();
  if (!chunk.has_value()) return std::nullopt;
  return AckReply{*chunk, ReadCapability(value)};
}

}  // namespace andon::forward
