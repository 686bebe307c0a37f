#include "core/forward/capability.h"

namespace andon::forward {
namespace {

bool IsTrue(const ValueView& map, std::string_view key) {
  const auto value = map.Find(key);
  return value.has_value() && value->AsBool().value_or(false);
}

}  // namespace

void AppendCapability(const Capability& capability, MsgpackWriter& out) {
  out.String(kAndonKey);
  out.MapHeader(2);
  out.String("once");
  out.Bool(capability.once);
  out.String("durable");
  out.Bool(capability.durable);
}

std::optional<Capability> ReadCapability(ValueView map) {
  const auto value = map.Find(kAndonKey);
  if (!value.has_value() || !value->is_map()) return std::nullopt;
  return Capability{IsTrue(*value, "once"), IsTrue(*value, "durable")};
}

}  // namespace andon::forward
