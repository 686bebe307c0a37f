#include "outputs/forward/heartbeats.h"

#include <utility>

namespace andon::forward {

Result<size_t> Heartbeats::Add(bool ipv6) {
  auto peer = std::make_unique<Peer>();
  DatagramOptions options;
  options.address = {Address::Kind::kUdp, ipv6 ? "::" : "0.0.0.0", 0};
  options.receive_buffer_bytes = 65536;
  options.max_datagram_bytes = 512;
  Peer* raw = peer.get();
  ASSIGN_OR_RETURN(peer->socket, network_.Bind(options, [this, raw](std::span<const Datagram>) {
    raw->answered_at = loop_.Now();
  }));
  peers_.push_back(std::move(peer));
  return peers_.size() - 1;
}

void Heartbeats::Reached(size_t index, const std::string& peer) {
  auto address = ParseAddress(peer, Address::Kind::kUdp);
  if (!address.ok()) return;
  address->kind = Address::Kind::kUdp;
  peers_[index]->answered_at.reset();
  peers_[index]->address = *std::move(address);
}

void Heartbeats::Start(UniqueFunction<void()> beat) {
  beat_ = std::move(beat);
  Round();
}

void Heartbeats::Round() {
  const std::byte beat{0};
  for (auto& peer : peers_) {
    if (peer->address.has_value()) (void)peer->socket->SendTo({&beat, 1}, *peer->address);
  }
  timer_ = loop_.After(interval_, [this] {
    beat_();
    Round();
  });
}

bool Heartbeats::alive(size_t index) const {
  const Peer& peer = *peers_[index];
  return !peer.answered_at.has_value() || loop_.Now() - *peer.answered_at < timeout_;
}

}  // namespace andon::forward
