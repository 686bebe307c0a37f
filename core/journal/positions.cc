#include "core/journal/positions.h"

#include <algorithm>
#include <utility>

namespace andon::journal {

namespace {

std::string ValueText(const PositionState& position) {
  if (const auto* text = std::get_if<std::string>(&position.value)) return *text;
  ByteBuffer encoded;
  std::get<RunSet>(position.value).EncodeTo(encoded);
  return std::string(encoded.text());
}

}  // namespace

std::optional<std::string> Positions::Find(std::string_view source) const {
  MutexLock lock(mutex_);
  const auto found = newest_.find(source);
  if (found == newest_.end()) return std::nullopt;
  return ValueText(found->second);
}

void Positions::ForEach(
    std::string_view prefix,
    const std::function<void(std::string_view source, std::string_view value)>& visit) const {
  std::vector<std::pair<std::string, std::string>> found;
  {
    MutexLock lock(mutex_);
    for (auto it = newest_.lower_bound(prefix);
         it != newest_.end() && std::string_view(it->first).starts_with(prefix); ++it) {
      found.emplace_back(it->first, ValueText(it->second));
    }
  }
  for (const auto& [source, value] : found) visit(source, value);
}

std::vector<Range> Positions::Claim(std::string_view source, std::span<const Range> wanted) {
  MutexLock lock(mutex_);
  auto found = newest_.find(source);
  if (found == newest_.end()) {
    found =
        newest_.emplace(std::string(source), PositionState{.order = 0, .value = RunSet()}).first;
  }
  if (!std::holds_alternative<RunSet>(found->second.value)) found->second.value = RunSet();
  auto& runs = std::get<RunSet>(found->second.value);
  std::vector<Range> claimed;
  for (const Range& range : wanted) {
    const std::vector<Range> missing = runs.Missing(range);
    claimed.insert(claimed.end(), missing.begin(), missing.end());
    runs.Add(range);
  }
  if (!claimed.empty()) {
    open_claims_.push_back({std::string(source), std::this_thread::get_id(), next_claim_++});
  }
  return claimed;
}

void Positions::Append(std::span<const Position> covers, ByteBuffer& encoded) {
  MutexLock lock(mutex_);
  const uint64_t order = ++order_;
  for (const Position& position : covers) {
    ApplyPosition(position, order, newest_);
    if (position.kind == Position::Kind::kReplace) continue;
    std::erase_if(open_claims_, [&](const OpenClaim& claim) {
      return claim.worker == std::this_thread::get_id() && claim.source == position.source;
    });
  }
  EncodePositions(covers, order, encoded);
}

void Positions::Forget(const std::string& source) {
  MutexLock lock(mutex_);
  newest_.erase(source);
}

uint64_t Positions::first_open_claim() const {
  MutexLock lock(mutex_);
  return open_claims_.empty() ? next_claim_ : open_claims_.front().number;
}

uint64_t Positions::next_claim() const {
  MutexLock lock(mutex_);
  return next_claim_;
}

}  // namespace andon::journal
