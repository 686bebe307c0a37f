#include "core/event/run_set.h"

#include <algorithm>
#include <limits>

namespace andon {
namespace {

constexpr Sequence kLast = std::numeric_limits<Sequence>::max();

void PutVarint(ByteBuffer& out, uint64_t value) {
  while (value >= 0x80) {
    *out.Extend(1) = static_cast<std::byte>(value | 0x80);
    value >>= 7;
  }
  *out.Extend(1) = static_cast<std::byte>(value);
}

// Reads numbers until one is none; then ok() is false for good and every number 0.
class VarintReader {
 public:
  explicit VarintReader(Bytes untrusted) : rest_(untrusted) {}
  uint64_t Next() {
    uint64_t value = 0;
    for (int shift = 0; shift < 64 && !rest_.empty(); shift += 7) {
      const auto byte = static_cast<uint8_t>(rest_.front());
      rest_ = rest_.subspan(1);
      if (shift == 63 && byte > 1) break;
      value |= uint64_t{byte & 0x7fu} << shift;
      if (byte < 0x80) return value;
    }
    ok_ = false;
    rest_ = {};
    return 0;
  }
  bool ok() const { return ok_; }
  size_t left() const { return rest_.size(); }

 private:
  Bytes rest_;
  bool ok_ = true;
};

}  // namespace

bool RunSet::Contains(Sequence sequence) const {
  return sequence > 0 && ContainsAll({sequence, sequence});
}

bool RunSet::ContainsAll(Range range) const {
  if (range.first > range.last || range.last <= watermark_) return true;
  range.first = std::max(range.first, watermark_ + 1);
  // The first run that does not end before the range.
  const auto run = std::lower_bound(above_.begin(), above_.end(), range.first,
                                    [](const Range& r, Sequence s) { return r.last < s; });
  return run != above_.end() && run->first <= range.first && run->last >= range.last;
}

void RunSet::Add(Range range) {
  range.first = std::max(range.first, Sequence{1});
  if (range.first > range.last || range.last <= watermark_) return;
  if (range.first - 1 <= watermark_) {
    watermark_ = range.last;
    // Runs that the watermark has reached become part of it.
    auto run = above_.begin();
    for (; run != above_.end() && run->first - 1 <= watermark_; ++run) {
      watermark_ = std::max(watermark_, run->last);
    }
    above_.erase(above_.begin(), run);
    return;
  }
  // All runs that touch or overlap the new one melt into it.
  const auto begin = std::lower_bound(above_.begin(), above_.end(), range.first - 1,
                                      [](const Range& r, Sequence s) { return r.last < s; });
  auto end = begin;
  for (; end != above_.end() && end->first - 1 <= range.last; ++end) {
    range.first = std::min(range.first, end->first);
    range.last = std::max(range.last, end->last);
  }
  if (begin == end) {
    above_.insert(begin, range);
  } else {
    *begin = range;
    above_.erase(begin + 1, end);
  }
}

void RunSet::Add(const RunSet& other) {
  RaiseTo(other.watermark_);
  if (above_.empty() && other.watermark_ == watermark_) {
    above_ = other.above_;
    return;
  }
  for (const Range& run : other.above_) Add(run);
}

std::vector<Range> RunSet::Missing(Range range) const {
  std::vector<Range> missing;
  if (watermark_ == kLast) return missing;
  Sequence next = std::max({range.first, watermark_ + 1, Sequence{1}});
  if (next > range.last) return missing;
  auto run = std::lower_bound(above_.begin(), above_.end(), next,
                              [](const Range& r, Sequence s) { return r.last < s; });
  for (; run != above_.end() && run->first <= range.last; ++run) {
    if (run->first > next) missing.push_back({next, run->first - 1});
    if (run->last >= range.last) return missing;
    next = run->last + 1;
  }
  missing.push_back({next, range.last});
  return missing;
}

void RunSet::EncodeTo(ByteBuffer& out) const {
  PutVarint(out, watermark_);
  PutVarint(out, above_.size());
  Sequence before = watermark_;
  for (const Range& run : above_) {
    PutVarint(out, run.first - before - 1);
    PutVarint(out, run.last - run.first + 1);
    before = run.last;
  }
}

Result<RunSet> RunSet::Decode(Bytes untrusted) {
  VarintReader reader(untrusted);
  RunSet set;
  set.watermark_ = reader.Next();
  const uint64_t runs = reader.Next();
  // Each run has two bytes at least: no count makes us reserve more than came.
  if (!reader.ok() || runs > reader.left() / 2) return Corrupt("run set: cut off or no run set");
  set.above_.reserve(static_cast<size_t>(runs));
  Sequence before = set.watermark_;
  for (uint64_t i = 0; i < runs; ++i) {
    const uint64_t gap = reader.Next();
    const uint64_t length = reader.Next();
    if (gap == 0 || length == 0 || gap > kLast - before || length > kLast - before - gap) {
      return Corrupt("run set: run " + std::to_string(i) + " is empty or out of order");
    }
    set.above_.push_back({before + gap + 1, before + gap + length});
    before = set.above_.back().last;
  }
  if (!reader.ok() || reader.left() > 0) return Corrupt("run set: cut off or followed by more");
  return set;
}

}  // namespace andon
