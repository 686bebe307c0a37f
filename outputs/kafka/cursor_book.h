// The cursor as the cursor topic has it: which events of each lane were committed, by transactional
// id. The messages, all of one output in one partition:
//
//   key "ID claim"       value: who has the id now (a start's own UUID and its host)
//   key "ID count"       value: how many transactions there have been, in decimal
//   key "ID lane UUID"   value: an encoded RunSet; none once the lane is finished for good
//
// Sets only grow: two values of one lane are united, in whatever order they are read.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "core/base/bytes.h"
#include "core/event/event_batch.h"
#include "core/event/run_set.h"

namespace andon::kafka_output {

using LaneSets = std::unordered_map<LaneId, RunSet>;

class CursorBook {
 public:
  explicit CursorBook(std::string transactional_id) : id_(std::move(transactional_id)) {}

  // One message of the topic, whoever's it is. No value: a tombstone. False when it is this id's
  // and makes no sense.
  bool Take(std::string_view untrusted_key, std::optional<Bytes> untrusted_value);

  const std::string& claim() const { return claim_; }
  uint64_t transactions() const { return transactions_; }
  const LaneSets& lanes() const { return lanes_; }
  bool empty() const { return transactions_ == 0 && lanes_.empty(); }

  static std::string ClaimKey(std::string_view id) { return std::string(id) + " claim"; }
  static std::string CountKey(std::string_view id) { return std::string(id) + " count"; }
  static std::string LaneKey(std::string_view id, const LaneId& lane);
  // The partition of an id's messages.
  static int32_t PartitionOf(std::string_view id, int32_t partitions);

 private:
  bool TakeLane(std::string_view uuid, std::optional<Bytes> value);

  std::string id_;
  std::string claim_;
  uint64_t transactions_ = 0;
  LaneSets lanes_;
};

}  // namespace andon::kafka_output
