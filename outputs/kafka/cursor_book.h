// The cursor as the cursor topic has it: which events of each lane were committed, by transactional
// id. The messages, all of one output in one partition:
//
//   key "ID claim"       value: who has the id now (a start's own UUID and its host)
//   key "ID count"       value: how many transactions there have been, in decimal
//   key "ID lane UUID"   value: an encoded RunSet; none once the lane is finished for good
//
// Sets only grow: two values of one lane are united, in whatever order they are read. When the
// topic gets more partitions an id may move to another one: a claim in its former one is the older.
#pragma once

#include <cstdint>
#include <map>
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
  // `home`: the id's partition.
  explicit CursorBook(std::string transactional_id, int32_t home = 0)
      : id_(std::move(transactional_id)), home_(home) {}

  // One message of the topic, whoever's it is. No value: a tombstone. False when it is this id's
  // and makes no sense.
  bool Take(std::string_view untrusted_key, std::optional<Bytes> untrusted_value,
            int32_t partition = 0);

  // Who has the id; empty: nobody says so.
  std::string claim() const;
  // Somebody other than `who` has the id.
  bool ClaimedFrom(const std::string& who) const;
  // `who` has it, and says so in the id's partition.
  bool ClaimedBy(const std::string& who) const;
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
  int32_t home_;
  std::map<int32_t, std::string> claims_;  // The last of each partition.
  uint64_t transactions_ = 0;
  LaneSets lanes_;
};

}  // namespace andon::kafka_output
