#include "core/journal/unit.h"

#include <algorithm>

#include "core/event/msgpack_walk.h"
#include "core/journal/compression.h"

namespace andon::journal {

namespace {

constexpr size_t kCompressFrom = 512;  // Smaller payloads gain nothing.
constexpr size_t kSplitAbove = kBlockBytes - (size_t{64} << 10);

// How many entries at the front have at most kSplitBytes, one at least.
struct Front {
  size_t bytes = 0;
  uint32_t count = 0;
};
Front TakeFront(Bytes entries) {
  Front front;
  while (front.bytes < entries.size()) {
    const size_t entry = ValueSize(entries.data() + front.bytes);
    if (front.count > 0 && front.bytes + entry > kSplitBytes) break;
    front.bytes += entry;
    ++front.count;
  }
  return front;
}

}  // namespace

void Unit::Clear() {
  fragments_.clear();
  events_ = 0;
  compressed_.clear();
  origins_.clear();
}

void Unit::Add(const EventBatch& batch, std::span<const uint32_t> routes, uint32_t route_tag,
               bool compress) {
  if (batch.count == 0) return;
  RecordFields fields;
  fields.count = batch.count;
  fields.tag = batch.tag.text();
  fields.entries = batch.entries;
  fields.times = batch.times;
  fields.origin = batch.origin;
  fields.routes = routes;
  if (batch.entries.size() <= kSplitAbove) {
    AddWhole(fields, route_tag, compress);
    return;
  }
  uint64_t taken = 0;
  for (Bytes rest = batch.entries; !rest.empty();) {
    const Front front = TakeFront(rest);
    fields.entries = rest.first(front.bytes);
    fields.count = front.count;
    fields.origin = CutOrigin(batch.origin, taken, front.count);
    AddWhole(fields, route_tag, compress);
    taken += front.count;
    rest = rest.subspan(front.bytes);
  }
}

void Unit::AddWhole(RecordFields fields, uint32_t route_tag, bool compress) {
  events_ += fields.count;
  if (compress && fields.entries.size() >= kCompressFrom) {
    ByteBuffer packed;
    if (Compress(fields.entries, packed)) {
      fields.plain_bytes = static_cast<uint32_t>(fields.entries.size());
      fields.flags |= RecordHeader::kCompressed;
      compressed_.push_back(std::move(packed));
      fields.entries = compressed_.back().bytes();
    }
  }
  fragments_.push_back({fields, route_tag});
}

std::span<const Run> Unit::CutOrigin(std::span<const Run> origin, uint64_t skip, uint32_t count) {
  if (origin.empty()) return {};
  std::vector<Run>& cut = origins_.emplace_back();
  CutRuns(origin, skip, count, cut);
  return cut;
}

}  // namespace andon::journal
