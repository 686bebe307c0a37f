// The server's side of the handshake: who may send, and by what name the sender goes from then on.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/forward/address_range.h"
#include "core/forward/handshake.h"

namespace andon::forward {

struct Security {
  struct User {
    std::string name;
    std::string password;
  };
  // Senders from certain addresses with a key of their own.
  struct Client {
    std::string text;  // The range as configured.
    AddressRange range;
    std::string shared_key;          // Empty: the common one.
    std::vector<std::string> users;  // Who may log in from there; empty: everybody.
  };
  bool enabled = false;
  std::string self_hostname;
  std::string shared_key;
  std::vector<User> users;  // Not empty: a user name and a password are asked for.
  std::vector<Client> clients;
  bool allow_anonymous_source = true;  // Senders that no client covers.
};

class Authenticator {
 public:
  explicit Authenticator(const Security& security) : security_(security) {}

  bool enabled() const { return security_.enabled; }
  bool asks_for_users() const { return !security_.users.empty(); }

  struct Verdict {
    Pong pong;
    // "user:alice", "key:192.0.2.0/24", "key": what was proved. Empty when refused.
    std::string principal;
  };
  // `helo` is what was sent on this connection; `ping` is empty when what came was none.
  Verdict Check(const Helo& helo, const std::optional<Ping>& ping, std::string_view peer) const;

 private:
  bool UserIsRight(const Helo& helo, const Ping& ping, const Security::Client* client) const;
  const Security& security_;
};

}  // namespace andon::forward
