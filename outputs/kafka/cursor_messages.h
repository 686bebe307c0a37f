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

// Where a cursor is kept. Outlived by the session.
struct CursorPlace {
  const kafka::Client& client;
  const kafka::Topic& topic;
  int32_t partition;
  const std::string& transactional_id;
};

class CursorMessages {
 public:
  // The transaction's first message: the id has had so many with it. That the cursor's partition
  // joins together with the others spares a request. False: librdkafka does not take it.
  bool Begin(const CursorPlace& place, uint64_t transactions);

  // Its last ones: what of `deliveries` is done on top of what was `delivered` before; lanes in
  // `closed` are finished for good.
  void End(const CursorPlace& place, std::span<const std::unique_ptr<Delivery>> deliveries,
           const LaneSets& delivered, std::vector<LaneId> closed);
  // Hands them over, as many as there is room for: kFull when some have to wait for a report.
  // `code` says why one was refused.
  kafka::ProduceResult HandOver(const CursorPlace& place, int* code);

  size_t handed_over() const { return handed_over_; }

  // After the commit.
  void MoveInto(LaneSets& delivered, std::vector<LaneId>& closed);

 private:
  struct One {
    std::string key;
    ByteBuffer value;  // Without bytes: a tombstone.
  };
  void Collect(const Delivery& delivery, const LaneSets& delivered);
  static kafka::ProduceResult Produce(const CursorPlace& place, const One& one, int* code);

  LaneSets sets_;
  std::vector<LaneId> closed_;
  std::deque<One> messages_;  // librdkafka borrows from them.
  size_t handed_over_ = 0;
};

}  // namespace andon::kafka_output
