#include "outputs/kafka/cursor_book.h"

#include <algorithm>
#include <charconv>

#include "core/base/crc32c.h"

namespace andon::kafka_output {

std::string CursorBook::LaneKey(std::string_view id, const LaneId& lane) {
  return std::string(id) + " lane " + ToString(lane);
}

int32_t CursorBook::PartitionOf(std::string_view id, int32_t partitions) {
  if (partitions <= 1) return 0;
  return static_cast<int32_t>(Crc32c(AsBytes(id)) % static_cast<uint32_t>(partitions));
}

std::string CursorBook::claim() const {
  if (claims_.empty()) return "";
  const auto at_home = claims_.find(home_);
  return at_home != claims_.end() ? at_home->second : claims_.rbegin()->second;
}

bool CursorBook::ClaimedFrom(const std::string& who) const {
  if (claims_.contains(home_)) return claims_.at(home_) != who;
  const auto is_who = [&who](const auto& claim) { return claim.second == who; };
  return !claims_.empty() && std::ranges::none_of(claims_, is_who);
}

bool CursorBook::ClaimedBy(const std::string& who) const {
  const auto at_home = claims_.find(home_);
  return at_home != claims_.end() && at_home->second == who;
}

bool CursorBook::Take(std::string_view untrusted_key, std::optional<Bytes> untrusted_value,
                      int32_t partition) {
  constexpr std::string_view kLane = "lane ";
  if (!untrusted_key.starts_with(id_)) return true;
  untrusted_key.remove_prefix(id_.size());
  if (!untrusted_key.starts_with(' ')) return true;  // A longer id.
  untrusted_key.remove_prefix(1);
  if (untrusted_key.starts_with(kLane)) {
    return TakeLane(untrusted_key.substr(kLane.size()), untrusted_value);
  }
  if (!untrusted_value.has_value()) return true;
  const std::string_view value = AsText(*untrusted_value);
  if (untrusted_key == "claim") {
    claims_[partition] = value;
    return true;
  }
  if (untrusted_key != "count") return false;
  uint64_t count = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), count);
  if (error != std::errc() || end != value.data() + value.size()) return false;
  transactions_ = std::max(transactions_, count);
  return true;
}

bool CursorBook::TakeLane(std::string_view uuid, std::optional<Bytes> value) {
  const auto lane = ParseUuid(uuid);
  if (!lane.ok()) return false;
  if (!value.has_value()) {
    lanes_.erase(*lane);
    return true;
  }
  const auto set = RunSet::Decode(*value);
  if (!set.ok()) return false;
  lanes_[*lane].Add(*set);
  return true;
}

}  // namespace andon::kafka_output
