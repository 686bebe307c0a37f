#include "core/forward/handshake.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <array>
#include <initializer_list>
#include <memory>

#include "core/base/check.h"
#include "core/event/msgpack_writer.h"

namespace andon::forward {
namespace {

std::string Sha512Hex(std::initializer_list<std::string_view> parts) {
  struct Free {
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
  };
  const std::unique_ptr<EVP_MD_CTX, Free> context(EVP_MD_CTX_new());
  CHECK(context != nullptr && EVP_DigestInit_ex(context.get(), EVP_sha512(), nullptr) == 1);
  for (const std::string_view part : parts) {
    CHECK(EVP_DigestUpdate(context.get(), part.data(), part.size()) == 1);
  }
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
  unsigned size = 0;
  CHECK(EVP_DigestFinal_ex(context.get(), digest.data(), &size) == 1);
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string hex;
  hex.reserve(size_t{2} * size);
  for (unsigned i = 0; i < size; ++i) {
    hex += kDigits[digest[i] >> 4];
    hex += kDigits[digest[i] & 0x0fu];
  }
  return hex;
}

// The elements of an array whose first is `word`; not done() when it is one of `size` elements.
bool IsMessage(const ValueView& value, std::string_view word, size_t size) {
  if (value.type() != ValueType::kArray || value.size() != size) return false;
  return value.begin_array().value().AsText() == word;
}

// Reads the next text (str or bin) into `*text`.
bool TakeText(ArrayIterator& at, std::string* text) {
  const auto found = at.value().AsText();
  if (!found.has_value()) return false;
  *text = *found;
  at.Next();
  return true;
}

std::string TextOf(const ValueView& map, std::string_view key) {
  const auto value = map.Find(key);
  return value.has_value() ? std::string(value->AsText().value_or("")) : std::string();
}

void Begin(MsgpackWriter& out, std::string_view word, uint32_t size) {
  out.ArrayHeader(size);
  out.String(word);
}

}  // namespace

std::string SharedKeyDigest(std::string_view salt, std::string_view hostname,
                            std::string_view nonce, std::string_view shared_key) {
  return Sha512Hex({salt, hostname, nonce, shared_key});
}

std::string PasswordDigest(std::string_view auth_salt, std::string_view username,
                           std::string_view password) {
  return Sha512Hex({auth_salt, username, password});
}

bool SameDigest(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

void AppendHelo(const Helo& helo, ByteBuffer& out) {
  MsgpackWriter writer(out);
  Begin(writer, "HELO", 2);
  writer.MapHeader(helo.capability.has_value() ? 4 : 3);
  writer.String("nonce");
  writer.Binary(AsBytes(helo.nonce));
  writer.String("auth");
  if (helo.auth_salt.empty()) {
    writer.String("");
  } else {
    writer.Binary(AsBytes(helo.auth_salt));
  }
  writer.String("keepalive");
  writer.Bool(helo.keepalive);
  if (helo.capability.has_value()) AppendCapability(*helo.capability, writer);
}

std::optional<Helo> ReadHelo(ValueView value) {
  if (!IsMessage(value, "HELO", 2)) return std::nullopt;
  ArrayIterator at = value.begin_array();
  at.Next();
  const ValueView options = at.value();
  if (!options.is_map()) return std::nullopt;
  Helo helo;
  helo.nonce = TextOf(options, "nonce");
  helo.auth_salt = TextOf(options, "auth");
  const auto keepalive = options.Find("keepalive");
  helo.keepalive = !keepalive.has_value() || keepalive->AsBool().value_or(true);
  helo.capability = ReadCapability(options);
  return helo;
}

void AppendPing(const Ping& ping, ByteBuffer& out) {
  MsgpackWriter writer(out);
  Begin(writer, "PING", 6);
  writer.String(ping.hostname);
  writer.String(ping.salt);
  writer.String(ping.digest);
  writer.String(ping.username);
  writer.String(ping.password_digest);
}

std::optional<Ping> ReadPing(ValueView value) {
  if (!IsMessage(value, "PING", 6)) return std::nullopt;
  ArrayIterator at = value.begin_array();
  at.Next();
  Ping ping;
  const bool whole = TakeText(at, &ping.hostname) && TakeText(at, &ping.salt) &&
                     TakeText(at, &ping.digest) && TakeText(at, &ping.username) &&
                     TakeText(at, &ping.password_digest);
  if (!whole) return std::nullopt;
  return ping;
}

void AppendPong(const Pong& pong, ByteBuffer& out) {
  MsgpackWriter writer(out);
  Begin(writer, "PONG", 5);
  writer.Bool(pong.accepted);
  writer.String(pong.reason);
  writer.String(pong.hostname);
  writer.String(pong.digest);
}

std::optional<Pong> ReadPong(ValueView value) {
  if (!IsMessage(value, "PONG", 5)) return std::nullopt;
  ArrayIterator at = value.begin_array();
  at.Next();
  Pong pong;
  const auto accepted = at.value().AsBool();
  if (!accepted.has_value()) return std::nullopt;
  pong.accepted = *accepted;
  at.Next();
  const bool whole =
      TakeText(at, &pong.reason) && TakeText(at, &pong.hostname) && TakeText(at, &pong.digest);
  if (!whole) return std::nullopt;
  return pong;
}

}  // namespace andon::forward
