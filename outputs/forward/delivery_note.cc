#include "outputs/forward/delivery_note.h"

#include "core/base/uuid.h"
#include "core/event/msgpack_walk.h"
#include "core/event/msgpack_writer.h"
#include "core/event/value_view.h"
#include "core/forward/varint.h"

namespace andon::forward {
namespace {

constexpr uint64_t kVersion = 1;
constexpr size_t kLaneBytes = 16;

void AppendRanges(const RangeSet& set, ByteBuffer& out) {
  Sequence before = 0;
  for (const Range& range : set.ranges()) {
    AppendVarint(range.first - before - 1, out);
    AppendVarint(range.last - range.first + 1, out);
    before = range.last;
  }
}

bool TakeRanges(Bytes untrusted, RangeSet* set) {
  Sequence before = 0;
  while (!untrusted.empty()) {
    const auto gap = TakeVarint(&untrusted);
    const auto count = TakeVarint(&untrusted);
    if (!gap.has_value() || !count.has_value() || *count == 0) return false;
    const Sequence room = UINT64_MAX - 1 - before;
    if (*gap > room || *count > room - *gap) return false;
    set->Add({before + *gap + 1, before + *gap + *count});
    before += *gap + *count;
  }
  return true;
}

bool ReadLane(const ValueView& value, DeliveryNote::Server* server) {
  if (value.type() != ValueType::kArray || value.size() != 2) return false;
  ArrayIterator at = value.begin_array();
  const auto lane = at.value().AsBinary();
  at.Next();
  const auto ranges = at.value().AsBinary();
  if (!lane.has_value() || lane->size() != kLaneBytes || !ranges.has_value()) return false;
  return TakeRanges(AsBytes(*ranges), &server->may_have[UuidFromBytes(AsBytes(*lane).data())]);
}

bool ReadServer(const ValueView& value, DeliveryNote* note) {
  if (value.type() != ValueType::kArray || value.size() != 3) return false;
  ArrayIterator at = value.begin_array();
  const auto name = at.value().AsString();
  if (!name.has_value()) return false;
  DeliveryNote::Server& server = note->servers[std::string(*name)];
  at.Next();
  server.once = at.value().AsBool();
  at.Next();
  if (at.value().type() != ValueType::kArray) return false;
  for (auto lane = at.value().begin_array(); !lane.done(); lane.Next()) {
    if (!ReadLane(lane.value(), &server)) return false;
  }
  return true;
}

}  // namespace

std::string DeliveryNote::Encode() const {
  ByteBuffer out;
  MsgpackWriter writer(out);
  writer.MapHeader(3);
  writer.String("v");
  writer.Uint(kVersion);
  writer.String("active");
  writer.String(active);
  writer.String("servers");
  writer.ArrayHeader(static_cast<uint32_t>(servers.size()));
  for (const auto& [name, server] : servers) {
    writer.ArrayHeader(3);
    writer.String(name);
    server.once.has_value() ? writer.Bool(*server.once) : writer.Nil();
    writer.ArrayHeader(static_cast<uint32_t>(server.may_have.size()));
    for (const auto& [lane, ranges] : server.may_have) {
      ByteBuffer numbers;
      AppendRanges(ranges, numbers);
      writer.ArrayHeader(2);
      writer.Binary(ToBytes(lane));
      writer.Binary(numbers.bytes());
    }
  }
  return std::string(out.text());
}

Result<DeliveryNote> DeliveryNote::Decode(std::string_view text) {
  DeliveryNote note;
  if (text.empty()) return note;
  const Status corrupt = Corrupt("the note beside the cursor cannot be read");
  const Bytes bytes = AsBytes(text);
  const WalkResult walk = WalkValue(bytes);
  if (walk.outcome != WalkOutcome::kOk || walk.bytes != bytes.size()) return corrupt;
  const ValueView map(bytes);
  if (!map.is_map()) return corrupt;
  const auto version = map.Find("v");
  if (!version.has_value() || !version->AsUint().has_value()) return corrupt;
  if (*version->AsUint() != kVersion) {
    return Rejected("the note beside the cursor is of version " +
                    std::to_string(*version->AsUint()) + ", this andon knows version 1");
  }
  const auto active = map.Find("active");
  const auto servers = map.Find("servers");
  if (!active.has_value() || !active->AsString().has_value()) return corrupt;
  if (!servers.has_value() || servers->type() != ValueType::kArray) return corrupt;
  note.active = *active->AsString();
  for (auto server = servers->begin_array(); !server.done(); server.Next()) {
    if (!ReadServer(server.value(), &note)) return corrupt;
  }
  return note;
}

}  // namespace andon::forward
