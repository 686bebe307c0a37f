// The words of the handshake (Forward protocol v1, "Connection Phases"): HELO from the server, PING
// from the client, PONG from the server.
//   digest          = hex(sha512(salt + hostname + nonce + shared_key))
//   password digest = hex(sha512(auth salt + user name + password))
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/base/bytes.h"
#include "core/event/value_view.h"
#include "core/forward/capability.h"

namespace andon::forward {

std::string SharedKeyDigest(std::string_view salt, std::string_view hostname,
                            std::string_view nonce, std::string_view shared_key);
std::string PasswordDigest(std::string_view auth_salt, std::string_view username,
                           std::string_view password);
// In a time that does not depend on where they differ.
bool SameDigest(std::string_view a, std::string_view b);

struct Helo {
  std::string nonce;
  std::string auth_salt;  // Empty: no user is asked for.
  bool keepalive = true;
  std::optional<Capability> capability;  // What andon adds; others do not look at it.
};
void AppendHelo(const Helo& helo, ByteBuffer& out);
std::optional<Helo> ReadHelo(ValueView value);

struct Ping {
  std::string hostname;
  std::string salt;
  std::string digest;
  std::string username;
  std::string password_digest;
};
void AppendPing(const Ping& ping, ByteBuffer& out);
std::optional<Ping> ReadPing(ValueView value);

struct Pong {
  bool accepted = false;
  std::string reason;
  std::string hostname;
  std::string digest;
};
void AppendPong(const Pong& pong, ByteBuffer& out);
std::optional<Pong> ReadPong(ValueView value);

}  // namespace andon::forward
