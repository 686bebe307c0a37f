#include "outputs/kafka/cursor_messages.h"

#include <utility>

namespace andon::kafka_output {

bool CursorMessages::Begin(const CursorPlace& place, uint64_t transactions) {
  One& count = messages_.emplace_back();
  count.key = CursorBook::CountKey(place.transactional_id);
  count.value.Append(std::to_string(transactions));
  int code = 0;
  return HandOver(place, &code) == kafka::ProduceResult::kTaken;
}

void CursorMessages::End(const CursorPlace& place,
                         std::span<const std::unique_ptr<Delivery>> deliveries,
                         const LaneSets& delivered, std::vector<LaneId> closed) {
  closed_ = std::move(closed);
  for (const auto& delivery : deliveries) Collect(*delivery, delivered);
  for (const auto& [lane, set] : sets_) {
    One& one = messages_.emplace_back();
    one.key = CursorBook::LaneKey(place.transactional_id, lane);
    set.EncodeTo(one.value);
  }
  for (const LaneId& lane : closed_) {
    One& one = messages_.emplace_back();
    one.key = CursorBook::LaneKey(place.transactional_id, lane);
  }
}

kafka::ProduceResult CursorMessages::HandOver(const CursorPlace& place, int* code) {
  for (; handed_over_ < messages_.size(); ++handed_over_) {
    const kafka::ProduceResult result = Produce(place, messages_[handed_over_], code);
    if (result != kafka::ProduceResult::kTaken) return result;
  }
  return kafka::ProduceResult::kTaken;
}

kafka::ProduceResult CursorMessages::Produce(const CursorPlace& place, const One& one, int* code) {
  const kafka::OutMessage out{.topic = &place.topic,
                              .partition = place.partition,
                              .payload = one.value.bytes(),
                              .key = AsBytes(one.key),
                              .has_key = true};
  return kafka::Produce(place.client, out, code);
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

void CursorMessages::MoveInto(LaneSets& delivered, std::vector<LaneId>& closed) {
  for (auto& [lane, set] : sets_) delivered[lane] = std::move(set);
  for (const LaneId& lane : closed_) {
    delivered.erase(lane);
    std::erase(closed, lane);
  }
}

}  // namespace andon::kafka_output
