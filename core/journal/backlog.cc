#include "core/journal/backlog.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "core/event/msgpack_walk.h"
#include "core/journal/compression.h"

namespace andon::journal {

namespace {

constexpr size_t kMaxTags = 4096;

// Entries `skip` to `skip + count` - 1.
Bytes CutEntries(Bytes entries, uint64_t skip, uint64_t count) {
  size_t begin = 0;
  for (; skip > 0; --skip) begin += ValueSize(entries.data() + begin);
  size_t end = begin;
  for (; count > 0; --count) end += ValueSize(entries.data() + end);
  return entries.subspan(begin, end - begin);
}

}  // namespace

const std::shared_ptr<const Tag>& Backlog::TagOf(std::string_view text) {
  const auto found = tags_.find(text);
  if (found != tags_.end()) return found->second;
  if (tags_.size() >= kMaxTags) tags_.clear();  // Chunks keep theirs.
  auto tag = std::make_shared<const Tag>(std::string(text));
  const std::string_view key = tag->text();
  return tags_.emplace(key, std::move(tag)).first->second;
}

bool Backlog::Add(const LaneId& lane, const StoredRecord& record, std::span<const Range> ranges,
                  const std::shared_ptr<const Pin>& pin) {
  Pending pending;
  pending.tag = TagOf(record.tag());
  pending.pin = pin;
  pending.piece.tag = pending.tag.get();
  pending.piece.entries = record.entries();
  pending.piece.origin = record.origin();
  pending.piece.times = record.times();
  if (record.compressed() || pin == nullptr) {
    ByteBuffer own;
    if (record.compressed()) {
      if (!Decompress(record.entries(), record.header().plain_bytes, own)) return false;
    } else {
      own.Append(record.entries());
    }
    auto kept = std::make_shared<const Pin>(charge_, std::move(own));
    pending.piece.entries = kept->buffer();
    pending.pin = std::move(kept);
    if (pin == nullptr && !record.origin().empty()) {
      pending.origin =
          std::make_shared<const std::vector<Run>>(record.origin().begin(), record.origin().end());
      pending.piece.origin = *pending.origin;
    }
  }
  for (const Range& range : ranges) Push(lane, record, range, pending);
  return true;
}

void Backlog::Push(const LaneId& lane, const StoredRecord& record, Range range, Pending pending) {
  Piece& piece = pending.piece;
  piece.first = range.first;
  piece.count = static_cast<uint32_t>(range.last - range.first + 1);
  if (piece.count < record.count()) {
    const uint64_t skip = range.first - record.first();
    piece.entries = CutEntries(piece.entries, skip, piece.count);
    if (!piece.origin.empty()) {
      std::vector<Run> cut;
      CutRuns(piece.origin, skip, piece.count, cut);
      pending.origin = std::make_shared<const std::vector<Run>>(std::move(cut));
      piece.origin = *pending.origin;
    }
  }
  pending.arrival = ++arrivals_;
  bytes_ += piece.entries.size();
  lanes_[lane].push_back(std::move(pending));
}

std::optional<Chunk> Backlog::Take(size_t max_bytes, uint64_t max_events,
                                   const std::function<Sequence(const LaneId&)>& settled) {
  const auto oldest = std::ranges::min_element(
      lanes_, {}, [](const auto& lane) { return lane.second.front().arrival; });
  if (oldest == lanes_.end()) return std::nullopt;
  auto& queue = oldest->second;
  Chunk::Parts parts;
  parts.lane = oldest->first;
  parts.settled = settled(parts.lane);
  parts.window.first = queue.front().piece.first;
  size_t bytes = 0;
  uint64_t events = 0;
  const void* last_pin = nullptr;
  const void* last_tag = nullptr;
  while (!queue.empty()) {
    Pending& next = queue.front();
    const Piece& piece = next.piece;
    const bool fits =
        bytes + piece.entries.size() <= max_bytes && events + piece.count <= max_events;
    if (!parts.pieces.empty() && !fits) break;
    bytes += piece.entries.size();
    events += piece.count;
    parts.window.last = piece.first + piece.count - 1;
    parts.pieces.push_back(piece);
    if (next.pin.get() != last_pin) parts.pins.push_back(next.pin);
    last_pin = next.pin.get();
    if (next.tag.get() != last_tag) parts.pins.push_back(next.tag);
    last_tag = next.tag.get();
    if (next.origin != nullptr) parts.pins.push_back(next.origin);
    queue.pop_front();
  }
  bytes_ -= bytes;
  if (queue.empty()) lanes_.erase(oldest);
  return Chunk(std::move(parts));
}

void Backlog::Clear() {
  lanes_.clear();
  bytes_ = 0;
}

}  // namespace andon::journal
