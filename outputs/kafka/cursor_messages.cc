#include "outputs/kafka/cursor_messages.h"

#include <utility>

namespace andon::kafka_output {

CursorMessages::CursorMessages(std::span<const std::unique_ptr<Delivery>> deliveries,
                               const LaneSets& delivered, std::vector<LaneId> closed)
    : closed_(std::move(closed)) {
  for (const auto& delivery : deliveries) Collect(*delivery, delivered);
}

void CursorMessages::Collect(const Delivery& delivery, const LaneSets& delivered) {
  const Chunk& chunk = delivery.chunk;
  const auto [place, added] = sets_.try_emplace(chunk.lane());
  RunSet& set = place->second;
  const auto before = delivered.find(chunk.lane());
  if (added && before != delivered.end()) set = before->second;
  RunSet not_in;
  for (const Rejection& one : delivery.rejected) not_in.Add({one.event, one.event});
  for (const Range& range : delivery.again) not_in.Add(range);
  const auto add = [&set, &not_in](const Range& range) {
    for (const Range& part : not_in.Missing(range)) set.Add(part);
  };
  if (chunk.whole()) {
    add(chunk.window());
  } else {
    for (const Piece& piece : chunk.pieces()) add({piece.first, piece.first + piece.count - 1});
  }
  // The journal's own cursor is behind Kafka's, but what it has passed is done for good.
  set.RaiseTo(chunk.settled());
}

bool CursorMessages::Produce(const kafka::Client& client, const kafka::Topic& topic,
                             int32_t partition, const std::string& transactional_id,
                             uint64_t transactions) {
  One& count = messages_.emplace_back();
  count.key = CursorBook::CountKey(transactional_id);
  count.value.Append(std::to_string(transactions));
  for (const auto& [lane, set] : sets_) {
    One& one = messages_.emplace_back();
    one.key = CursorBook::LaneKey(transactional_id, lane);
    set.EncodeTo(one.value);
  }
  for (const LaneId& lane : closed_) {
    messages_.emplace_back().key = CursorBook::LaneKey(transactional_id, lane);
  }
  for (const One& one : messages_) {
    int code = 0;
    const kafka::OutMessage out{.topic = &topic,
                                .partition = partition,
                                .payload = one.value.bytes(),
                                .key = AsBytes(one.key),
                                .has_key = true};
    if (kafka::Produce(client, out, &code) != kafka::ProduceResult::kTaken) return false;
  }
  return true;
}

void CursorMessages::MoveInto(LaneSets& delivered, std::vector<LaneId>& closed) {
  for (auto& [lane, set] : sets_) delivered[lane] = std::move(set);
  for (const LaneId& lane : closed_) {
    delivered.erase(lane);
    std::erase(closed, lane);
  }
}

}  // namespace andon::kafka_output
