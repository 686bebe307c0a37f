#include "core/codec/json_scalar.h"

#include <fmt/format.h>

#include <bit>
#include <charconv>
#include <cmath>
#include <string>

#include "core/codec/time_format.h"
#include "core/event/msgpack_format.h"
#include "core/event/value_view.h"

namespace andon {
namespace {

constexpr size_t kFloatBytes = 40;

template <class T>
void AppendFloat(T value, ByteBuffer& out) {
  if (!std::isfinite(value)) return out.Append(std::string_view("null"));
  char* const begin = reinterpret_cast<char*>(out.Tail(kFloatBytes));
  const char* const end = std::to_chars(begin, begin + kFloatBytes, value).ptr;
  const std::string_view text(begin, static_cast<size_t>(end - begin));
  out.Advance(text.size());
  if (text.find_first_of(".e") == std::string_view::npos) out.Append(std::string_view(".0"));
}

void AppendExt(ValueView value, ByteBuffer& out) {
  if (const auto time = value.AsEventTime(); time.has_value()) {
    ZoneClock utc{TimeZone()};
    out.Append('"');
    TimeFormat().Write(*time, utc, out);
    return out.Append('"');
  }
  const ValueView::Ext ext = *value.AsExt();
  std::string text = fmt::format("\"ext({}):", ext.type);
  for (const std::byte b : ext.data) text += fmt::format("{:02x}", static_cast<uint8_t>(b));
  out.Append(text);
  out.Append('"');
}

}  // namespace

void AppendJsonScalar(Bytes value, ByteBuffer& out) {
  const std::byte* const data = value.data() + 1;
  switch (msgpack::FirstByte(value.data())) {
    case msgpack::kFloat32:
      return AppendFloat(std::bit_cast<float>(LoadBigEndian<uint32_t>(data)), out);
    case msgpack::kFloat64:
      return AppendFloat(std::bit_cast<double>(LoadBigEndian<uint64_t>(data)), out);
    default:
      return AppendExt(ValueView(value), out);
  }
}

}  // namespace andon
