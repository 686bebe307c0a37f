#include "core/forward/hop.h"

#include <algorithm>

#include "core/forward/capability.h"
#include "core/forward/varint.h"

namespace andon::forward {
namespace {

constexpr size_t kLaneBytes = 16;

void AppendRuns(const std::vector<Range>& runs, ByteBuffer& out) {
  Sequence before = 0;
  for (const Range& run : runs) {
    AppendVarint(run.first - before - 1, out);
    AppendVarint(run.last - run.first + 1, out);
    before = run.last;
  }
}

void AppendOrigin(const std::vector<Run>& origin, ByteBuffer& out) {
  std::vector<LaneId> lanes;
  for (const Run& run : origin) {
    if (std::find(lanes.rbegin(), lanes.rend(), run.lane) == lanes.rend()) {
      lanes.push_back(run.lane);
    }
  }
  AppendVarint(lanes.size(), out);
  for (const LaneId& lane : lanes) out.Append(ToBytes(lane));
  for (const Run& run : origin) {
    const auto at = std::find(lanes.begin(), lanes.end(), run.lane);
    AppendVarint(static_cast<uint64_t>(at - lanes.begin()), out);
    AppendVarint(run.first, out);
    AppendVarint(run.count, out);
  }
}

std::optional<Bytes> BinaryAt(const ValueView& map, std::string_view key) {
  const auto value = map.Find(key);
  if (!value.has_value()) return std::nullopt;
  const auto text = value->AsText();
  if (!text.has_value()) return std::nullopt;
  return AsBytes(*text);
}

bool TakeRuns(Bytes untrusted, std::vector<Range>* runs) {
  Sequence before = 0;
  while (!untrusted.empty()) {
    const auto gap = TakeVarint(&untrusted);
    const auto count = TakeVarint(&untrusted);
    if (!gap.has_value() || !count.has_value() || *count == 0) return false;
    if (runs->size() >= kMaxHopRuns) return false;
    const Sequence room = UINT64_MAX - 1 - before;
    if (*gap > room || *count > room - *gap) return false;
    runs->push_back({before + *gap + 1, before + *gap + *count});
    before = runs->back().last;
  }
  return true;
}

bool TakeOrigin(Bytes untrusted, std::vector<Run>* origin) {
  const auto count = TakeVarint(&untrusted);
  if (!count.has_value() || *count > untrusted.size() / kLaneBytes) return false;
  if (*count > kMaxHopRuns) return false;
  std::vector<LaneId> lanes;
  for (uint64_t i = 0; i < *count; ++i) {
    lanes.push_back(UuidFromBytes(untrusted.data()));
    untrusted = untrusted.subspan(kLaneBytes);
  }
  while (!untrusted.empty()) {
    const auto index = TakeVarint(&untrusted);
    const auto first = TakeVarint(&untrusted);
    const auto size = TakeVarint(&untrusted);
    const bool good = index.has_value() && first.has_value() && size.has_value() &&
                      *index < lanes.size() && *first > 0 && *size > 0 && *size <= UINT32_MAX &&
                      *first <= UINT64_MAX - *size && origin->size() < kMaxHopRuns;
    if (!good) return false;
    origin->push_back({lanes[*index], *first, static_cast<uint32_t>(*size)});
  }
  return true;
}

bool TakeLanes(Bytes untrusted, std::vector<LaneId>* lanes) {
  if (untrusted.size() % kLaneBytes != 0 || untrusted.size() / kLaneBytes > kMaxHopRuns) {
    return false;
  }
  for (; !untrusted.empty(); untrusted = untrusted.subspan(kLaneBytes)) {
    lanes->push_back(UuidFromBytes(untrusted.data()));
  }
  return true;
}

uint64_t CountOf(const std::vector<Run>& origin) {
  uint64_t count = 0;
  for (const Run& run : origin) count += run.count;
  return count;
}

// What a hop may be without.
const char* ReadOptional(const ValueView& map, Hop* hop) {
  if (const auto settled = map.Find("settled"); settled.has_value()) {
    const auto number = settled->AsUint();
    if (!number.has_value()) return "\"settled\" is no number";
    hop->settled = *number;
  }
  if (const auto origin = BinaryAt(map, "origin"); origin.has_value()) {
    if (!TakeOrigin(*origin, &hop->origin)) return "\"origin\" is damaged";
    if (CountOf(hop->origin) != hop->events()) return "\"origin\" and \"runs\" differ in count";
  }
  if (const auto closed = BinaryAt(map, "closed"); closed.has_value()) {
    if (!TakeLanes(*closed, &hop->closed)) return "\"closed\" is not 16 bytes a lane";
  }
  return nullptr;
}

const char* ReadHopMap(const ValueView& map, Hop* hop) {
  const auto lane = BinaryAt(map, "lane");
  if (!lane.has_value() || lane->size() != kLaneBytes) return "\"lane\" is not 16 bytes";
  hop->lane = UuidFromBytes(lane->data());
  const auto output = BinaryAt(map, "output");
  if (!output.has_value()) return "\"output\" is missing";
  hop->output = AsText(*output);
  const auto runs = BinaryAt(map, "runs");
  if (!runs.has_value() || !TakeRuns(*runs, &hop->runs)) return "\"runs\" are damaged";
  return ReadOptional(map, hop);
}

}  // namespace

uint64_t Hop::events() const {
  uint64_t count = 0;
  for (const Range& run : runs) count += run.last - run.first + 1;
  return count;
}

void AppendHop(const Hop& hop, MsgpackWriter& out) {
  ByteBuffer numbers;
  out.String(kAndonKey);
  out.MapHeader(4 + (hop.origin.empty() ? 0u : 1u) + (hop.closed.empty() ? 0u : 1u));
  out.String("lane");
  out.Binary(ToBytes(hop.lane));
  out.String("output");
  out.String(hop.output);
  out.String("runs");
  AppendRuns(hop.runs, numbers);
  out.Binary(numbers.bytes());
  out.String("settled");
  out.Uint(hop.settled);
  if (!hop.origin.empty()) {
    numbers.Clear();
    AppendOrigin(hop.origin, numbers);
    out.String("origin");
    out.Binary(numbers.bytes());
  }
  if (!hop.closed.empty()) {
    numbers.Clear();
    for (const LaneId& lane : hop.closed) numbers.Append(ToBytes(lane));
    out.String("closed");
    out.Binary(numbers.bytes());
  }
}

std::optional<Hop> ReadHop(ValueView option, const char** error) {
  *error = nullptr;
  if (!option.is_map()) return std::nullopt;
  const auto map = option.Find(kAndonKey);
  if (!map.has_value()) return std::nullopt;
  Hop hop;
  *error = map->is_map() ? ReadHopMap(*map, &hop) : "it is no map";
  return hop;
}

}  // namespace andon::forward
