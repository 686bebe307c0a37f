// The client's side of the handshake: HELO comes, PING goes, PONG comes.
#pragma once

#include <optional>
#include <string>

#include "core/base/bytes.h"
#include "core/base/status.h"
#include "core/event/value_view.h"
#include "core/forward/handshake.h"

namespace andon::forward {

struct Credentials {
  std::string self_hostname;
  std::string shared_key;
  std::string username;
  std::string password;
};

class ClientHandshake {
 public:
  // `salt` is random and used once.
  ClientHandshake(const Credentials& credentials, std::string salt)
      : credentials_(credentials), salt_(std::move(salt)) {}

  // The next value of the server. Appends what must be sent. kRejected when the server is not to be
  // trusted or does not want us, kInvalidConfig when it asks for what is not configured.
  Status Receive(ValueView value, ByteBuffer& out);
  bool established() const { return stage_ == Stage::kEstablished; }
  // What the server said of itself in HELO.
  const std::optional<Capability>& capability() const { return capability_; }

 private:
  enum class Stage { kHelo, kPong, kEstablished };
  Status OnHelo(ValueView value, ByteBuffer& out);
  Status OnPong(ValueView value);

  const Credentials& credentials_;
  std::string salt_;
  std::string nonce_;
  std::optional<Capability> capability_;
  Stage stage_ = Stage::kHelo;
};

}  // namespace andon::forward
