#include "core/event/chunk.h"

#include <algorithm>
#include <deque>
#include <iterator>

namespace andon {
namespace {

// Appends the identities of `count` events that begin `skip` events into `origin`.
void CutOrigin(std::span<const Run> origin, uint64_t skip, uint64_t count, std::vector<Run>& out) {
  for (const Run& run : origin) {
    if (count == 0) return;
    if (skip >= run.count) {
      skip -= run.count;
      continue;
    }
    const uint64_t taken = std::min<uint64_t>(run.count - skip, count);
    out.push_back({run.lane, run.first + skip, static_cast<uint32_t>(taken)});
    count -= taken;
    skip = 0;
  }
}

// Goes over one piece's entries from front to back.
class PieceCutter {
 public:
  explicit PieceCutter(const Piece& piece) : piece_(piece) {}

  // The part of the piece within `range`, which lies behind all ranges asked for before.
  Piece Cut(Range range, std::vector<Run>& origin) {
    const Sequence first = std::max(range.first, piece_.first);
    const Sequence last = std::min(range.last, piece_.first + piece_.count - 1);
    Piece part;
    if (first > last || piece_.count == 0) return part;
    while (at_ < first) Step();
    part.tag = piece_.tag;
    part.first = first;
    const size_t begin = offset_;
    while (at_ <= last) {
      EntryIterator entry(piece_.entries.subspan(offset_));
      part.times.Add(entry->time);
      Step();
    }
    part.entries = piece_.entries.subspan(begin, offset_ - begin);
    part.count = static_cast<uint32_t>(last - first + 1);
    CutOrigin(piece_.origin, first - piece_.first, part.count, origin);
    return part;
  }

 private:
  void Step() {
    offset_ += ValueSize(piece_.entries.data() + offset_);
    ++at_;
  }
  const Piece& piece_;
  Sequence at_ = piece_.first;
  size_t offset_ = 0;
};

// Then nothing of the piece is looked at. `sorted` by their first events.
bool CoversWhole(std::span<const Range> sorted, const Piece& piece) {
  const Range whole{piece.first, piece.first + piece.count - 1};
  const auto behind = std::ranges::upper_bound(sorted, whole.first, {}, &Range::first);
  return piece.count > 0 && behind != sorted.begin() && std::prev(behind)->last >= whole.last;
}

}  // namespace

uint64_t Chunk::events() const {
  uint64_t events = 0;
  for (const Piece& piece : pieces()) events += piece.count;
  return events;
}

size_t Chunk::bytes() const {
  size_t bytes = 0;
  for (const Piece& piece : pieces()) bytes += piece.entries.size();
  return bytes;
}

Chunk Chunk::Only(std::span<const Range> ranges) const {
  std::vector<Range> wanted(ranges.begin(), ranges.end());
  std::sort(wanted.begin(), wanted.end(),
            [](const Range& a, const Range& b) { return a.first < b.first; });
  Parts parts{parts_->lane, parts_->window, parts_->settled,  {},
              parts_->pins, true,           parts_->own_bytes};
  for (const Piece& piece : parts_->pieces) {
    if (CoversWhole(wanted, piece)) {
      parts.pieces.push_back(piece);
      continue;
    }
    PieceCutter cutter(piece);
    Sequence next = piece.first;
    for (Range range : wanted) {
      range.first = std::max(range.first, next);  // Ranges may overlap: no event comes twice.
      auto origin = std::make_shared<std::vector<Run>>();
      Piece part = cutter.Cut(range, *origin);
      if (part.count == 0) continue;
      next = part.first + part.count;
      part.origin = *origin;
      if (!origin->empty()) parts.pins.push_back(std::move(origin));
      parts.pieces.push_back(part);
    }
  }
  return Chunk(std::move(parts));
}

Chunk Chunk::Detached() const {
  struct Own {
    std::vector<std::byte> entries;
    std::vector<Run> origins;
    std::deque<Tag> tags;
  };
  const size_t size = bytes();
  if (size * 2 > parts_->own_bytes && parts_->own_bytes > 0) return *this;
  const auto own = std::make_shared<Own>();
  own->entries.reserve(size);
  size_t runs = 0;
  for (const Piece& piece : pieces()) runs += piece.origin.size();
  own->origins.reserve(runs);
  Parts parts{parts_->lane, parts_->window, parts_->settled, {}, {own}, parts_->cut, size};
  for (Piece piece : pieces()) {
    if (own->tags.empty() || own->tags.back().text() != piece.tag->text()) {
      own->tags.emplace_back(std::string(piece.tag->text()));
    }
    piece.tag = &own->tags.back();
    const std::byte* const entries = own->entries.data() + own->entries.size();
    own->entries.insert(own->entries.end(), piece.entries.begin(), piece.entries.end());
    piece.entries = {entries, piece.entries.size()};
    const Run* const origin = own->origins.data() + own->origins.size();
    own->origins.insert(own->origins.end(), piece.origin.begin(), piece.origin.end());
    piece.origin = {origin, piece.origin.size()};
    parts.pieces.push_back(piece);
  }
  return Chunk(std::move(parts));
}

}  // namespace andon
