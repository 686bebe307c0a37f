#include "core/forward/server_handshake.h"

#include "core/event/msgpack_walk.h"

namespace andon::forward {
namespace {

constexpr size_t kNonceBytes = 16;
constexpr size_t kMaxPingBytes = 16384;

std::string RandomBytes(Random& random) {
  std::string bytes;
  while (bytes.size() < kNonceBytes) {
    const uint64_t word = random.Next();
    bytes.append(reinterpret_cast<const char*>(&word), sizeof word);
  }
  return bytes;
}

}  // namespace

ServerHandshake::ServerHandshake(const Authenticator& authenticator, Random& random,
                                 const Capability& capability)
    : authenticator_(authenticator) {
  helo_.nonce = RandomBytes(random);
  if (authenticator.asks_for_users()) helo_.auth_salt = RandomBytes(random);
  helo_.capability = capability;
}

ServerHandshake::Outcome ServerHandshake::Receive(Bytes received, std::string_view peer,
                                                  ByteBuffer& out) {
  const auto progress = scanner_.Feed(received.subspan(scanned_));
  scanned_ += progress.bytes;
  const bool more = progress.outcome == ValueScanner::Outcome::kMore;
  if (more && received.size() + scanner_.missing() <= kMaxPingBytes) return Outcome::kMore;

  std::optional<Ping> ping;
  const Bytes value = received.first(scanned_);
  if (progress.outcome == ValueScanner::Outcome::kDone &&
      WalkValue(value).outcome == WalkOutcome::kOk) {
    ping = ReadPing(ValueView(value));
  }
  verdict_ = authenticator_.Check(helo_, ping, peer);
  AppendPong(verdict_.pong, out);
  return verdict_.pong.accepted ? Outcome::kAccepted : Outcome::kRefused;
}

}  // namespace andon::forward
