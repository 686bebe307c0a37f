#include "outputs/elasticsearch/doubt_book.h"

#include <algorithm>
#include <charconv>

namespace andon::elasticsearch {
namespace {

// So many numbers ahead, so that not every chunk waits for a note.
constexpr Sequence kAhead = 200'000;
constexpr std::string_view kHead = "elasticsearch 1\n";

Sequence LastOf(const Chunk& chunk) {
  Sequence last = 0;
  for (const Piece& piece : chunk.pieces()) {
    if (piece.count > 0) last = std::max(last, piece.first + piece.count - 1);
  }
  return last;
}

}  // namespace

Status DoubtBook::Recover(std::string_view untrusted_note) {
  if (untrusted_note.empty()) return OkStatus();
  if (!untrusted_note.starts_with(kHead)) return Corrupt("the note beside the cursor is no note");
  untrusted_note.remove_prefix(kHead.size());
  while (!untrusted_note.empty()) {
    const std::string_view line = untrusted_note.substr(0, untrusted_note.find('\n'));
    untrusted_note.remove_prefix(std::min(line.size() + 1, untrusted_note.size()));
    const size_t space = line.find(' ');
    auto lane = ParseUuid(line.substr(0, space));
    Sequence last = 0;
    const std::string_view number = space == std::string_view::npos ? "" : line.substr(space + 1);
    const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), last);
    if (!lane.ok() || error != std::errc() || end != number.data() + number.size()) {
      return Corrupt("the note beside the cursor has a bad line");
    }
    doubts_[*lane].Add({1, last});
    wanted_[*lane] = last;
    reserved_[*lane] = last;
  }
  return OkStatus();
}

bool DoubtBook::MaySend(const Chunk& chunk) const {
  const auto mark = reserved_.find(chunk.lane());
  return mark != reserved_.end() && LastOf(chunk) <= mark->second;
}

void DoubtBook::Reserve(const Chunk& chunk) {
  Sequence& mark = wanted_[chunk.lane()];
  if (LastOf(chunk) > mark) mark = LastOf(chunk) + kAhead;
}

std::string DoubtBook::note() const {
  std::string text(kHead);
  for (const auto& [lane, last] : wanted_)
    text += ToString(lane) + ' ' + std::to_string(last) + '\n';
  return text;
}

void DoubtBook::Reserved(const Marks& marks) {
  for (const auto& [lane, last] : marks) {
    if (wanted_.count(lane) != 0) reserved_[lane] = std::max(reserved_[lane], last);
  }
}

std::vector<Range> DoubtBook::Doubtful(const Chunk& chunk) const {
  std::vector<Range> doubtful;
  const auto lane = doubts_.find(chunk.lane());
  if (lane == doubts_.end()) return doubtful;
  for (const Piece& piece : chunk.pieces()) {
    if (piece.count == 0) continue;
    const auto common = lane->second.Common({piece.first, piece.first + piece.count - 1});
    doubtful.insert(doubtful.end(), common.begin(), common.end());
  }
  return doubtful;
}

void DoubtBook::Doubt(const LaneId& lane, const std::vector<Range>& ranges) {
  for (const Range& range : ranges) doubts_[lane].Add(range);
}

void DoubtBook::Known(const LaneId& lane, const std::vector<Range>& ranges) {
  const auto doubts = doubts_.find(lane);
  if (doubts == doubts_.end()) return;
  for (const Range& range : ranges) doubts->second.Remove(range);
}

void DoubtBook::Settled(const LaneId& lane, Sequence settled) {
  if (settled > 0) Known(lane, {{1, settled}});
}

void DoubtBook::LaneClosed(const LaneId& lane) {
  wanted_.erase(lane);
  reserved_.erase(lane);
  doubts_.erase(lane);
}

}  // namespace andon::elasticsearch
