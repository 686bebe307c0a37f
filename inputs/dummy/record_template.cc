#include "inputs/dummy/record_template.h"

#include <charconv>
#include <cmath>

#include "core/event/msgpack_writer.h"

namespace andon::dummy {

namespace {

constexpr int kMaxDepth = 32;

template <class T>
std::optional<T> Number(std::string_view text) {
  T value{};
  const char* const end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || at != end) return std::nullopt;
  return value;
}

void WriteScalar(const ConfigNode& node, MsgpackWriter& out) {
  const std::string_view text = node.text();
  if (node.quoted()) return out.String(text);
  if (text == "true" || text == "false") return out.Bool(text == "true");
  if (const auto integer = Number<int64_t>(text)) return out.Int(*integer);
  if (const auto integer = Number<uint64_t>(text)) return out.Uint(*integer);
  const auto real = Number<double>(text);
  if (real.has_value() && std::isfinite(*real)) return out.Float(*real);
  out.String(text);
}

bool Write(const ConfigNode& node, int depth, MsgpackWriter& out) {
  if (depth > kMaxDepth) {
    (void)node.Fail("is nested too deeply");
    return false;
  }
  bool good = true;
  switch (node.kind()) {
    case ConfigNode::Kind::kMap:
      out.MapHeader(static_cast<uint32_t>(node.fields().size()));
      for (const auto& [key, child] : node.fields()) {
        out.String(key);
        good = Write(node.Get(key), depth + 1, out) && good;
      }
      return good;
    case ConfigNode::Kind::kList:
      out.ArrayHeader(static_cast<uint32_t>(node.items().size()));
      for (const ConfigNode& item : node.items()) good = Write(item, depth + 1, out) && good;
      return good;
    case ConfigNode::Kind::kScalar:
      WriteScalar(node, out);
      return true;
    default:
      out.Nil();
      return true;
  }
}

}  // namespace

std::optional<std::string> EncodeRecord(const ConfigNode& node) {
  if (node.kind() != ConfigNode::Kind::kMap) {
    (void)node.Fail("must be a map: the record's fields");
    return std::nullopt;
  }
  ByteBuffer buffer;
  MsgpackWriter out(buffer);
  if (!Write(node, 0, out)) return std::nullopt;
  return std::string(buffer.text());
}

}  // namespace andon::dummy
