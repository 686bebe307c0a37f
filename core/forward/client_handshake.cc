#include "core/forward/client_handshake.h"

namespace andon::forward {

Status ClientHandshake::Receive(ValueView value, ByteBuffer& out) {
  switch (stage_) {
    case Stage::kHelo:
      return OnHelo(value, out);
    case Stage::kPong:
      return OnPong(value);
    case Stage::kEstablished:
      break;
  }
  return Rejected("the handshake is over");
}

Status ClientHandshake::OnHelo(ValueView value, ByteBuffer& out) {
  const auto helo = ReadHelo(value);
  if (!helo.has_value()) return Rejected("the server did not begin with HELO");
  Ping ping;
  ping.hostname = credentials_.self_hostname;
  ping.salt = salt_;
  ping.digest = SharedKeyDigest(salt_, ping.hostname, helo->nonce, credentials_.shared_key);
  if (!helo->auth_salt.empty()) {
    if (credentials_.username.empty() || credentials_.password.empty()) {
      return InvalidConfig("the server asks for a user: set username and password");
    }
    ping.username = credentials_.username;
    ping.password_digest =
        PasswordDigest(helo->auth_salt, credentials_.username, credentials_.password);
  }
  AppendPing(ping, out);
  nonce_ = helo->nonce;
  capability_ = helo->capability;
  stage_ = Stage::kPong;
  return OkStatus();
}

Status ClientHandshake::OnPong(ValueView value) {
  const auto pong = ReadPong(value);
  if (!pong.has_value()) return Rejected("the server did not answer PING with PONG");
  if (!pong->accepted) return Rejected("the server refuses us: " + pong->reason);
  if (pong->hostname == credentials_.self_hostname) {
    return InvalidConfig("the server has our self_hostname: one of them must change");
  }
  const std::string wanted =
      SharedKeyDigest(salt_, pong->hostname, nonce_, credentials_.shared_key);
  if (!SameDigest(wanted, pong->digest)) {
    return Rejected("the server does not know the shared key");
  }
  stage_ = Stage::kEstablished;
  return OkStatus();
}

}  // namespace andon::forward
