#include "core/forward/authenticator.h"

#include <algorithm>

namespace andon::forward {
namespace {

Authenticator::Verdict Refuse(std::string reason) {
  Authenticator::Verdict verdict;
  verdict.pong.reason = std::move(reason);
  return verdict;
}

}  // namespace

bool Authenticator::UserIsRight(const Helo& helo, const Ping& ping,
                                const Security::Client* client) const {
  if (client != nullptr && !client->users.empty()) {
    const auto& allowed = client->users;
    if (std::find(allowed.begin(), allowed.end(), ping.username) == allowed.end()) return false;
  }
  for (const Security::User& user : security_.users) {
    if (user.name != ping.username) continue;
    const std::string wanted = PasswordDigest(helo.auth_salt, user.name, user.password);
    return SameDigest(wanted, ping.password_digest);
  }
  return false;
}

Authenticator::Verdict Authenticator::Check(const Helo& helo, const std::optional<Ping>& ping,
                                            std::string_view peer) const {
  if (!ping.has_value()) return Refuse("invalid ping message");
  const Security::Client* client = nullptr;
  for (const Security::Client& candidate : security_.clients) {
    if (client == nullptr && candidate.range.Contains(peer)) client = &candidate;
  }
  if (client == nullptr && !security_.allow_anonymous_source) {
    return Refuse("anonymous source host '" + std::string(peer) + "' denied");
  }
  const bool own_key = client != nullptr && !client->shared_key.empty();
  const std::string& key = own_key ? client->shared_key : security_.shared_key;
  if (!SameDigest(SharedKeyDigest(ping->salt, ping->hostname, helo.nonce, key), ping->digest)) {
    return Refuse("shared_key mismatch");
  }
  if (asks_for_users() && !UserIsRight(helo, *ping, client)) {
    return Refuse("username/password mismatch");
  }
  Verdict verdict;
  verdict.pong.accepted = true;
  verdict.pong.hostname = security_.self_hostname;
  verdict.pong.digest = SharedKeyDigest(ping->salt, security_.self_hostname, helo.nonce, key);
  verdict.principal = asks_for_users() ? "user:" + ping->username
                      : own_key        ? "key:" + client->text
                                       : "key";
  return verdict;
}

}  // namespace andon::forward
