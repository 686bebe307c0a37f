// The server's side of the handshake on one connection: HELO goes, PING comes, PONG goes.
#pragma once

#include <string>

#include "core/base/bytes.h"
#include "core/base/random.h"
#include "core/forward/authenticator.h"
#include "core/forward/value_scanner.h"

namespace andon::forward {

class ServerHandshake {
 public:
  // `capability` is announced to clients that look for it.
  ServerHandshake(const Authenticator& authenticator, Random& random, const Capability& capability);

  void AppendHelo(ByteBuffer& out) const { forward::AppendHelo(helo_, out); }

  enum class Outcome : uint8_t { kMore, kAccepted, kRefused };
  // `received` are all bytes since the connection was made. Appends PONG when there is a verdict.
  Outcome Receive(Bytes received, std::string_view peer, ByteBuffer& out);
  // After a verdict: how many bytes PING had.
  size_t consumed() const { return scanned_; }
  const std::string& principal() const { return verdict_.principal; }
  const std::string& reason() const { return verdict_.pong.reason; }

 private:
  const Authenticator& authenticator_;
  Helo helo_;
  ValueScanner scanner_;
  size_t scanned_ = 0;
  Authenticator::Verdict verdict_;
};

}  // namespace andon::forward
