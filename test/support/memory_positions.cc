#include "test/support/memory_positions.h"

#include "core/base/check.h"

namespace andon {
namespace {

RunSet DecodeRuns(std::string_view value) {
  if (value.empty()) return {};
  auto runs = RunSet::Decode(AsBytes(value));
  CHECK(runs.ok());
  return *std::move(runs);
}

}  // namespace

std::optional<std::string> MemoryPositions::Find(std::string_view source) const {
  const auto found = values_.find(source);
  if (found == values_.end()) return std::nullopt;
  return found->second;
}

void MemoryPositions::ForEach(
    std::string_view prefix,
    const std::function<void(std::string_view source, std::string_view value)>& visit) const {
  for (auto it = values_.lower_bound(prefix); it != values_.end(); ++it) {
    if (!it->first.starts_with(prefix)) return;
    visit(it->first, it->second);
  }
}

std::vector<Range> MemoryPositions::Claim(std::string_view source, std::span<const Range> wanted) {
  RunSet& claimed = claimed_[std::string(source)];
  claimed.Add(DecodeRuns(Find(source).value_or("")));
  std::vector<Range> parts;
  for (const Range& range : wanted) {
    for (const Range& part : claimed.Missing(range)) {
      parts.push_back(part);
      claimed.Add(part);
    }
  }
  return parts;
}

void MemoryPositions::Store(const Position& position) {
  if (position.kind == Position::Kind::kErase) {
    values_.erase(std::string(position.source));
    claimed_.erase(std::string(position.source));
    return;
  }
  std::string& value = values_[std::string(position.source)];
  if (position.kind == Position::Kind::kReplace) {
    value = std::string(AsText(position.value));
    return;
  }
  RunSet runs = DecodeRuns(value);
  runs.Add(DecodeRuns(AsText(position.value)));
  ByteBuffer encoded;
  runs.EncodeTo(encoded);
  value = std::string(encoded.text());
}

void MemoryPositions::Set(std::string_view source, std::string_view value) {
  values_[std::string(source)] = std::string(value);
}

}  // namespace andon
