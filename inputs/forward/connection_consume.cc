// What a sender says: its side of the handshake, and messages, in msgpack or JSON.
#include <utility>

#include "core/base/log.h"
#include "core/net/first_bytes.h"
#include "inputs/forward/connection.h"

namespace andon::forward {

size_t Connection::Consume(std::span<std::byte> received) {
  if (!looked_at_first_) {
    const FirstBytes first = LookAtFirstBytes(received);
    if (first == FirstBytes::kMore) return 0;
    looked_at_first_ = true;
    if (first != FirstBytes::kUnknown) {
      Close(WhyWrongProtocol(first));
      return received.size();
    }
  }
  size_t at = 0;
  if (phase_ == Phase::kHandshake) at = ConsumeHandshake(received);
  if (phase_ == Phase::kFirst && at < received.size()) {
    const char first = static_cast<char>(received[at]);
    phase_ = first == '[' || first == '{' ? Phase::kJson : Phase::kMsgpack;
    if (phase_ == Phase::kJson) {
      json_ = std::make_unique<JsonFramer>();
      sender_.json = true;
    }
  }
  if (phase_ == Phase::kMsgpack) return at + ConsumeMessages(received.subspan(at));
  if (phase_ == Phase::kJson) return at + ConsumeJson(received.subspan(at));
  return at;
}

size_t Connection::ConsumeHandshake(std::span<std::byte> received) {
  const auto outcome = handshake_->Receive(received, sender_.peer, out_);
  if (outcome == ServerHandshake::Outcome::kMore) return 0;
  handshake_timer_.reset();
  const size_t consumed = handshake_->consumed();
  if (outcome == ServerHandshake::Outcome::kAccepted) {
    if (sender_.principal.empty()) sender_.principal = handshake_->principal();
    phase_ = Phase::kFirst;
    handshake_.reset();
    Flush();
    return consumed;
  }
  LogWarn(worker_.id, "a sender was refused",
          {{"sender", sender_.peer}, {"reason", handshake_->reason()}});
  StopReading();
  return received.size();
}

size_t Connection::ConsumeMessages(std::span<std::byte> received) {
  uint64_t strays = 0;
  size_t at = 0;
  auto outcome = Decoder::Outcome::kStray;
  while (outcome != Decoder::Outcome::kMore && !closed()) {
    outcome = decoder_.Next(received.subspan(at));
    if (outcome == Decoder::Outcome::kMore) break;
    if (outcome == Decoder::Outcome::kBroken) {
      Close(decoder_.error());
      break;
    }
    fresh_ = true;
    if (outcome == Decoder::Outcome::kStray) {
      ++strays;
    } else if (!worker_.intake.Take(decoder_.message(), sender_, *this)) {
      Close(worker_.intake.refusal());
      break;
    }
    if (sender_.numbers) decoder_.RefuseParts();
    at += decoder_.consumed();
  }
  if (strays > 0) {
    worker_.stray_values.Add(strays);
    LogWarn(worker_.id, "values that are no messages were stepped over",
            {{"sender", sender_.peer}, {"values", strays}});
  }
  return at;
}

size_t Connection::ConsumeJson(std::span<std::byte> received) {
  size_t at = 0;
  while (!closed()) {
    const auto end = json_->Feed(received.subspan(at + json_seen_));
    if (!end.has_value()) break;
    const Bytes document = Bytes(received).subspan(at, json_seen_ + *end);
    Message unreadable;
    unreadable.error = "it is no message in JSON";
    unreadable.raw = document;
    Message* message = worker_.json.Read(AsText(document));
    if (!worker_.intake.Take(message != nullptr ? *message : unreadable, sender_, *this)) {
      Close(worker_.intake.refusal());
    }
    // The message lies where the next one will.
    worker_.intake.Finish(*this);
    fresh_ = true;
    at += document.size();
    json_seen_ = 0;
    json_->Reset();
  }
  json_seen_ = received.size() - at;
  if (json_seen_ > worker_.limits.message_bytes) Close("a JSON message exceeds chunk_size_limit");
  return at;
}

}  // namespace andon::forward
