// What a transaction writes to the cursor topic, and what is delivered once it is committed.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/kafka/producer.h"
#include "outputs/kafka/cursor_book.h"
#include "outputs/kafka/delivery.h"

namespace andon::kafka_output {

class CursorMessages {
 public:
  // Of `deliveries` on top of what was `delivered` before; lanes in `closed` are finished for good.
  CursorMessages(std::span<const std::unique_ptr<Delivery>> deliveries, const LaneSets& delivered,
                 std::vector<LaneId> closed);

  // As messages of this id, which has then had so many transactions. False: librdkafka does not
  // take them.
  bool Produce(const kafka::Client& client, const kafka::Topic& topic, int32_t partition,
               const std::string& transactional_id, uint64_t transactions);

  size_t size() const { return messages_.size(); }

  // After the commit.
  void MoveInto(LaneSets& delivered, std::vector<LaneId>& closed);

 private:
  struct One {
    std::string key;
    ByteBuffer value;  // Without bytes: a tombstone.
  };
  void Collect(const Delivery& delivery, const LaneSets& delivered);

  LaneSets sets_;
  const std::vector<LaneId> closed_;
  std::deque<One> messages_;  // librdkafka borrows from them.
};

}  // namespace andon::kafka_output
